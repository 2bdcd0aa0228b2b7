// Answers everything at once, in a process of its own, so that what is measured is the client.
import { createServer } from 'node:http'

const server = createServer(({ url }, response) => {
  const [type, body] =
    url === '/accounts' ? ['application/json', '{"accounts":[]}'] : ['text/html', '']
  response.writeHead(200, { 'content-type': type }).end(body)
})
server.listen(0, 'localhost', () => console.log(`http://localhost:${server.address().port}`))
