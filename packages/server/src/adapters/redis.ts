export { type RedisEventsOptions, redisEvents } from '../events/redis-events.js'
export {
  type RedisClient,
  type RedisLockOptions,
  redisLock,
  redisStore,
} from '../store/redis.js'
