/** @file For benchmarks of serving: the other end of a load generator that costs next to nothing; reads requests and answers each with a few bytes. */
import { createServer } from 'node:net';

const body = '{}';
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

const server = createServer((socket) => {
  let missing = 0;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    if (missing === 0) {
      const end = chunk.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(chunk.latin1Slice(0, end))?.[1] ?? 0);
      missing = end + 4 + length;
    }
    missing -= chunk.length;
    if (missing === 0) socket.write(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ address: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit());
