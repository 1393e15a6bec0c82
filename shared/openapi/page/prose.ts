import { escaped } from '../../web/html.ts';

/** A line of text with code and emphasis marked as in Markdown. */
export const line = (text: string): string =>
  escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');

/** Paragraphs and lists of text, as the document's descriptions write them: the part of Markdown that they use. */
export function prose(text = ''): string {
  return text
    .split('\n\n')
    .filter((part) => part.trim() !== '')
    .map((part) =>
      part.startsWith('* ')
        ? `<ul>${part
            .split('\n')
            .map((item) => `<li>${line(item.replace(/^\* /, ''))}</li>`)
            .join('')}</ul>`
        : `<p>${line(part)}</p>`,
    )
    .join('');
}

/** A table; cells are HTML already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll" tabindex="0"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table></div>`;

/** A value as people read it: texts as they are, the rest as indented JSON. */
export const shown = (value: unknown): string =>
  `<pre tabindex="0"><code>${escaped(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</code></pre>`;

/** Something that is opened by a click, without a script. */
export const fold = (title: string, body: string): string =>
  `<details><summary>${title}</summary>${body}</details>`;
