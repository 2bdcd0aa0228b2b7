import { type SyntheticEvent, useState } from 'react'

/** Shows a page of the demo in a frame that is as high as the page. */
export function StateFrame({ title, url }: { title: string; url: string }) {
  const [height, setHeight] = useState<number>()
  const watchHeight = ({ currentTarget }: SyntheticEvent<HTMLIFrameElement>) => {
    const body = currentTarget.contentDocument?.body
    if (!body) return
    const watcher = new ResizeObserver(() => setHeight(body.offsetHeight))
    watcher.observe(body)
  }
  return <iframe title={title} src={url} height={height} loading="lazy" onLoad={watchHeight} />
}
