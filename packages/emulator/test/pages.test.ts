import { describe, expect, it } from 'vitest'
import { html, page } from '../src/pages/page.js'
import { createTestBed } from './context.js'

describe('A page of the emulator', () => {
  it('escapes what a template is given, in text and in attributes, and keeps HTML', () => {
    const inner = html`<b title="${`"'<&>`}">${'<script>'}</b>`
    expect(html`<p>${inner}${[inner]}${undefined}${false}${0}</p>`.toString()).toBe(
      `<p>${inner}${inner}0</p>`,
    )
    expect(inner.toString()).toBe('<b title="&quot;&#39;&lt;&amp;&gt;">&lt;script&gt;</b>')
  })

  it('says that it is of an emulator, has its title, and loads nothing', () => {
    const text = page({ title: 'A & B', body: html`<p>Body</p>` })
    expect(text).toContain('<title>A &amp; B</title>')
    expect(text).toContain('>Connected Accounts emulator</a>')
    expect(text).toMatch(/<style>[^<]*--accent:[^<]*max-width: 440px/)
    expect(text).not.toMatch(/<script|src=|https?:|@import|url\(/)
  })

  it('may not be framed or kept, and runs no scripts', async () => {
    const { context, resources } = await createTestBed()
    const { headers } = await resources.fetch(new Request(`${context.url}/connect`))
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('The consent page', () => {
  it('offers two accounts of which one is picked, the scopes, and Allow before Cancel', async () => {
    const { context, resources } = await createTestBed()
    const query = new URLSearchParams({
      client_id: 'auth0-github',
      redirect_uri: 'http://localhost:3000/',
      response_type: 'code',
      scope: 'read:user repo',
    })
    const url = `${context.url}/upstream/github/authorize?${query}`
    const text = await (await resources.fetch(new Request(url))).text()
    expect(text.match(/(?<=<input )type="radio"[^>]*>/g)).toEqual([
      'type="radio" name="account" value="alice@github.example" required checked>',
      'type="radio" name="account" value="alice.work@github.example" required>',
    ])
    expect(text).toContain('<code>repo</code>')
    // The Enter key presses the first button of a form.
    expect(text.indexOf('>Allow<')).toBeLessThan(text.indexOf('>Cancel<'))
  })
})
