/** The wires between servers and brokers, and the messages on them. */

const SVG = 'http://www.w3.org/2000/svg'
/** How long a message is shown on a wire, in milliseconds; in truth it takes one or two. */
const TRAVEL_MS = 450
/** So many dots a wire and beat are enough to see. */
const DOTS = 2

const isCalm = matchMedia('(prefers-reduced-motion: reduce)')

export class Diagram {
  #svg
  #stage
  #colours

  /**
   * @param {SVGSVGElement} svg lies over the stage
   * @param {HTMLElement} stage
   * @param {(server: string) => string} colours of the servers
   */
  constructor(svg, stage, colours) {
    this.#svg = svg
    this.#stage = stage
    this.#colours = colours
  }

  /**
   * @param {Map<string, HTMLElement>} servers by name
   * @param {Map<string, HTMLElement>} brokers by name
   * @param {string | undefined} leader the broker through which messages go
   */
  draw(servers, brokers, leader) {
    const lines = []
    for (const server of servers.values()) {
      for (const [name, broker] of brokers) {
        const line = document.createElementNS(SVG, 'line')
        const [from, to] = [this.#foot(server), this.#head(broker)]
        const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y }
        for (const [end, at] of Object.entries(ends)) line.setAttribute(end, at)
        line.classList.toggle('leads', name === leader)
        lines.push(line)
      }
    }
    for (const old of this.#svg.querySelectorAll('line')) old.remove()
    this.#svg.prepend(...lines)
  }

  /**
   * @param {{from: string, to?: string, count: number}[]} flows what left and arrived within the last beat
   * @param {Map<string, HTMLElement>} servers
   * @param {HTMLElement | undefined} leader
   */
  show(flows, servers, leader) {
    if (!leader || isCalm.matches || document.hidden) return
    const middle = this.#head(leader)
    for (const { from, to, count } of flows) {
      const server = servers.get(to ?? from)
      if (!server) continue
      const foot = this.#foot(server)
      const [start, end] = to === undefined ? [foot, middle] : [middle, foot]
      for (let n = 0; n < Math.min(count, DOTS); n++)
        this.#send(start, end, this.#colours(from), (n * TRAVEL_MS) / 4)
    }
  }

  #send(start, end, colour, delay) {
    const dot = document.createElementNS(SVG, 'circle')
    dot.setAttribute('r', 4)
    dot.setAttribute('fill', colour)
    this.#svg.append(dot)
    const at = ({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` })
    dot.animate([at(start), at(end)], { duration: TRAVEL_MS, delay, fill: 'both' }).onfinish = () =>
      dot.remove()
  }

  #foot(element) {
    const { x, bottom } = this.#place(element)
    return { x, y: bottom }
  }

  #head(element) {
    const { x, top } = this.#place(element)
    return { x, y: top }
  }

  #place(element) {
    const stage = this.#stage.getBoundingClientRect()
    const { left, right, top, bottom } = element.getBoundingClientRect()
    // The wires lie inside the border of the stage.
    const { clientLeft, clientTop } = this.#stage
    return {
      x: (left + right) / 2 - stage.left - clientLeft,
      top: top - stage.top - clientTop,
      bottom: bottom - stage.top - clientTop
    }
  }
}
