// Loaded into every process of the benchmark (`node --import`): tells its use of CPU and memory when asked, and goes
// when the benchmark is gone.
import cluster from 'node:cluster';

// the workers of a gateway have a channel of their own, to the first process
if (process.send && cluster.isPrimary) {
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
  process.once('disconnect', () => process.exit());
  // the channel alone must not keep a process alive that wants to end
  process.channel.unref();
}
