import { ResourceTemplate } from '@modelcontextprotocol/server';
import { RED_PIXEL } from './media.mjs';

const DIRECT = [
  {
    uri: 'test://static-text',
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  { uri: 'test://static-binary', mimeType: 'image/png', blob: RED_PIXEL },
  { uri: 'test://watched-resource', mimeType: 'text/plain', text: 'Something to subscribe to.' },
];

export function offerResources(server) {
  for (const contents of DIRECT) {
    const { uri, mimeType } = contents;
    const name = uri.slice('test://'.length);
    server.registerResource(name, uri, { mimeType, description: `The resource ${name}` }, () => ({
      contents: [contents],
    }));
  }
  const mimeType = 'application/json';
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType, description: 'Data by id' },
    ({ href: uri }, { id }) => {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      return { contents: [{ uri, mimeType, text: JSON.stringify(data) }] };
    },
  );

  const subscribed = new Set();
  server.server.setRequestHandler('resources/subscribe', ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
}
