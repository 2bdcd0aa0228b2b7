export default { test: { environment: 'jsdom', include: ['*.spec.tsx'] } }
