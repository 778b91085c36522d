/** The events of one session in memory, so that a stream can be resumed after the last event that arrived. */
export class EventLog {
  #events = [];

  async storeEvent(streamId, message) {
    return String(this.#events.push({ streamId, message }));
  }

  async getStreamIdForEventId(id) {
    return this.#events[Number(id) - 1]?.streamId;
  }

  async replayEventsAfter(lastId, { send }) {
    const streamId = await this.getStreamIdForEventId(lastId);
    if (streamId === undefined) throw new Error(`No event ${lastId}`);
    for (const [index, event] of this.#events.entries()) {
      const isMissed = index >= Number(lastId) && event.streamId === streamId;
      // The event that opens a stream carries no message.
      if (isMissed && event.message.jsonrpc) await send(String(index + 1), event.message);
    }
    return streamId;
  }
}
