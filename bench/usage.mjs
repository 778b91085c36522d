// Loaded into every process under test (`node --import`): tells its use of CPU and memory when asked.
if (process.send) {
  process.on('message', (message) => {
    if (message !== 'usage') return;
    process.send({
      usage: {
        cpu: process.cpuUsage(),
        rssBytes: process.memoryUsage.rss(),
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      },
    });
  });
  // the channel alone must not keep the process alive
  process.channel.unref();
}
