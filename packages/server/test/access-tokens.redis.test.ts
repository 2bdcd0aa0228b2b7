import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../src/store/redis.js'
import { createApiWorld, dpop, outcome } from './api-world.js'
import { startRedis } from './redis-server.js'

const server = await startRedis()
const redis = createClient({ url: server.url })
beforeAll(async () => void (await redis.connect()))
afterAll(async () => {
  redis.destroy()
  await server.close()
})

test('of two machines that share a Redis, one accepts a DPoP proof, for as long as the proof is fresh', async () => {
  const world = await createApiWorld()
  const create = () => world.createVerifier({ proofs: redisStore(redis) })
  const machines = [create(), create()]
  const token = await world.signBound()
  for (let round = 0; round < 20; round += 1) {
    const proof = await world.prove(token)
    const sent = machines.map((verifyAccessToken) => outcome(verifyAccessToken(dpop(token, proof))))
    expect((await Promise.all(sent)).sort()).toEqual(['auth0|alice', 'invalid_dpop_proof'])
  }
  const keys = await redis.keys('*')
  expect(keys).toHaveLength(20)
  for (const key of keys) expect(await redis.pTTL(key)).toBeGreaterThan(290_000)
})
