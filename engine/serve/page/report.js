/* report.js -- shows a report. Everything that comes from a log goes through textContent. */
"use strict";

const report = (() => {
    const SVG = "http://www.w3.org/2000/svg";
    const FAMILIES = {"tls-version": "TLS version", "tls-cipher": "TLS cipher", "tls-certificate": "certificate",
        "tls-interception": "interception"};
    const STATUSES = {
        truncated: "It ends in the middle; what came before was looked at.",
        damaged: "A part of it is damaged; the rest was looked at.",
        ignored: "It does not look like a log.",
        error: "It cannot be read.",
    };
    /* Lines shown around a marked one, characters of a line that are shown, and marked lines. */
    const AROUND = 2;
    const LINE_MAX = 2000;
    let serial = 0;

    /* An element with text, attributes and children. */
    function make(name, text, attributes, ...children) {
        const element = document.createElement(name);
        if (text) {
            element.textContent = text;
        }
        for (const [key, value] of Object.entries(attributes || {})) {
            element.setAttribute(key, value);
        }
        element.append(...children.filter(child => child !== null));
        return element;
    }

    function percent(value) {
        const whole = Math.round(value * 100);
        return whole < 1 ? "<1 %" : whole > 99 ? ">99 %" : `${whole} %`;
    }

    function words(value) {
        return value >= 0.95 ? "almost certain" : value >= 0.8 ? "very likely" : value >= 0.65 ? "likely"
            : value >= 0.5 ? "more likely than not" : "uncertain";
    }

    function family(id) {
        return FAMILIES[id] || (id || "family").replaceAll("-", " ");
    }

    function times(count) {
        return count === 1 ? "once" : `${count.toLocaleString("en")} times`;
    }

    function place(evidence) {
        return evidence.line ? `line ${evidence.line}`
            : evidence.record_id && /^[0-9]{1,10}$/.test(evidence.record_id) ? `record ${evidence.record_id}`
                : `byte ${evidence.offset}`;
    }

    function list(name, texts, render) {
        return make(name, "", {}, ...texts.map(text => make("li", "", {}, render ? render(text) : text)));
    }

    /* A reference: its address, if it has one, is a link that tells nobody where it was clicked. */
    function reference(text) {
        const found = /https?:\/\/[^\s,<>"]+[^\s,<>".)]/.exec(text);
        if (!found) {
            return make("span", text);
        }
        const link = make("a", found[0], {href: found[0], rel: "noreferrer noopener", target: "_blank"});
        return make("span", "", {}, text.slice(0, found.index), link, text.slice(found.index + found[0].length));
    }

    async function copy(text, button) {
        const before = button.textContent;
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = "Copied";
        } catch {
            button.textContent = "Select it and press Ctrl+C";
            getSelection().selectAllChildren(button.parentElement.querySelector("code"));
        }
        setTimeout(() => { button.textContent = before; }, 2000);
    }

    function command(text) {
        const button = make("button", "Copy", {type: "button", class: "small", "aria-label": `Copy: ${text.slice(0, 80)}`});
        button.addEventListener("click", () => copy(text, button));
        return make("div", "", {class: "command"}, make("pre", "", {}, make("code", text)), button);
    }

    function details(summary, ...children) {
        return make("details", "", {}, make("summary", summary), ...children);
    }

    /* ---- what to do ---- */

    function fix(item) {
        const part = document.createDocumentFragment();
        if (item.discouraged) {
            part.append(make("p", "It works, but the documents advise against it.", {class: "warning"}));
        }
        part.append(...item.cautions.map(text => make("p", `Caution: ${text}`, {class: "warning"})));
        part.append(list("ol", item.steps));
        part.append(...item.commands.map(command));
        if (item.references.length) {
            part.append(make("p", "Sources", {class: "quiet"}), list("ul", item.references, reference));
        }
        return part;
    }

    function fixes(diagnosis) {
        if (!diagnosis.fixes || !diagnosis.fixes.length) {
            return [];
        }
        const [first, ...others] = diagnosis.fixes;
        return [make("h3", "What to do"), make("p", first.title || first.id, {class: "confidence"}), fix(first),
            ...others.map(other => details(`Otherwise: ${other.title || other.id}`, fix(other)))];
    }

    /* ---- why ---- */

    /* Where pieces of evidence stand on a line from 0 to 1: by time where all have one, else by order. */
    function positions(evidence) {
        const at = evidence.map(piece => Date.parse(piece.time || (piece.time_local && `${piece.time_local}Z`) || ""));
        const first = Math.min(...at);
        const last = Math.max(...at);
        if (at.some(Number.isNaN) || first === last) {
            const steps = Math.max(evidence.length - 1, 1);
            return {timed: false, at: evidence.map((piece, i) => i / steps)};
        }
        return {timed: true, at: at.map(time => (time - first) / (last - first))};
    }

    function draw(name, attributes, text) {
        const element = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) {
            element.setAttribute(key, value);
        }
        if (text) {
            element.textContent = text;
        }
        return element;
    }

    function shape(kind, x, y, strength) {
        const size = 11;
        const style = `shape ${kind} ${strength || ""}`;
        return kind === "client" ? draw("rect", {x: x - size + 1, y: y - size + 1, width: 2 * size - 2, height: 2 * size - 2, class: style})
            : kind === "fact" ? draw("path", {d: `M${x} ${y - size - 2}L${x + size + 2} ${y}L${x} ${y + size + 2}L${x - size - 2} ${y}Z`, class: style})
                : draw("circle", {cx: x, cy: y, r: size, class: style});
    }

    function moment(piece) {
        return (piece.time || piece.time_local || "").replace("T", " ").replace(/\.0+(?=Z|$|[+-])/, "");
    }

    function fill(svg, evidence, width) {
        const {timed, at} = positions(evidence);
        const side = 16;
        const lanes = [];
        const spots = at.map(position => {
            const x = side + position * (width - 2 * side);
            let lane = lanes.findIndex(last => x - last >= 28);
            lane = lane < 0 ? lanes.length : lane;
            lanes[lane] = x;
            return {x, lane};
        });
        const axis = lanes.length * 30 + 8;
        svg.replaceChildren(draw("line", {x1: 0, y1: axis, x2: width, y2: axis, class: "axis"}));
        spots.forEach(({x, lane}, i) => {
            const y = axis - 22 - lane * 30;
            svg.append(shape(evidence[i].kind, x, y, evidence[i].strength),
                draw("text", {x, y: y + 4, "text-anchor": "middle"}, String(i + 1)),
                draw("line", {x1: x, y1: axis - 4, x2: x, y2: axis + 4, class: "axis"}));
        });
        const last = evidence[evidence.length - 1];
        svg.append(draw("text", {x: 0, y: axis + 20}, timed ? moment(evidence[0]) : place(evidence[0])));
        if (evidence.length > 1) {
            svg.append(draw("text", {x: width, y: axis + (timed && width < 400 ? 36 : 20), "text-anchor": "end"}, timed ? moment(last) : place(last)));
        }
        const height = axis + (timed && width < 400 ? 42 : 26);
        svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
        svg.setAttribute("height", String(height));
    }

    function timeline(evidence) {
        const {timed} = positions(evidence);
        const svg = draw("svg", {class: "timeline", role: "img",
            "aria-label": `Timeline of ${evidence.length} pieces of evidence, by ${timed ? "time" : "order in the log"}; the list below has the same numbers`});
        fill(svg, evidence, 640);
        let drawn = 640;
        new ResizeObserver(([entry]) => {
            const width = Math.max(Math.round(entry.contentRect.width), 200);
            if (width !== drawn) {
                drawn = width;
                fill(svg, evidence, width);
            }
        }).observe(svg);
        return make("figure", "", {class: "picture"}, svg,
            make("figcaption", `${timed ? "By time" : "In the order of the log (it has no times for all of them)"}. Circle: error, square: client, diamond: fact; thick: strong.`, {class: "quiet"}));
    }

    function piece(evidence, mark) {
        const strength = evidence.strength || (evidence.kind === "client" ? "client" : "context");
        const item = make("li", "", {class: "evidence"},
            make("div", "", {class: "head"}, make("strong", evidence.title || evidence.signature),
                make("span", `${place(evidence)} · ${strength}${moment(evidence) ? ` · ${moment(evidence)}` : ""}`, {class: "strength"})));
        if (evidence.excerpt) {
            item.append(make("pre", "", {}, make("code", evidence.excerpt)));
        }
        if (mark) {
            const button = make("button", "Show in the text", {type: "button", class: "small",
                "aria-label": `Show in the text: ${evidence.title || evidence.signature}`});
            button.addEventListener("click", () => {
                mark.closest("details").open = true;
                mark.scrollIntoView({block: "center"});
                mark.focus();
            });
            item.append(button);
        }
        return item;
    }

    function why(diagnosis, marks) {
        if (!diagnosis.evidence.length) {
            return [];
        }
        const dropped = diagnosis.evidence_dropped
            ? make("p", `and ${diagnosis.evidence_dropped.toLocaleString("en")} more`, {class: "quiet"}) : null;
        return [make("h3", "Why"), timeline(diagnosis.evidence),
            make("ol", "", {}, ...diagnosis.evidence.map(evidence => piece(evidence, marks && marks.get(evidence)))),
            ...(dropped ? [dropped] : [])];
    }

    /* ---- the rest ---- */

    function rivals(diagnosis) {
        const shown = diagnosis.alternatives.filter(rival => rival.confidence >= 0.005);
        if (!shown.length) {
            return [];
        }
        const items = shown.map(rival => make("li", "", {}, make("strong", `${percent(rival.confidence)} ${rival.id}`),
            rival.told_apart_by ? `: ${rival.told_apart_by}` : ""));
        const more = items.length > 4 ? [details(`${items.length - 4} more`, make("ul", "", {}, ...items.slice(4)))] : [];
        return [make("h3", "Less likely"), make("ul", "", {}, ...items.slice(0, 4)), ...more];
    }

    function collect(diagnosis) {
        if (!diagnosis.collect_next.length) {
            return [];
        }
        return [make("h3", "To be sure"), ...diagnosis.collect_next.flatMap(item => [
            make("p", `Collect ${item.what}`), ...(item.command ? [command(item.command)] : []),
            ...(item.settles ? [make("p", item.settles)] : [])])];
    }

    function seen(diagnosis) {
        const parts = [times(diagnosis.count)];
        if (diagnosis.first_line) {
            parts.push(diagnosis.first_line === diagnosis.last_line ? `line ${diagnosis.first_line}`
                : `lines ${diagnosis.first_line}-${diagnosis.last_line}`);
        }
        parts.push(diagnosis.first_time ? `${diagnosis.first_time} to ${diagnosis.last_time || diagnosis.first_time}`
            : "no times with a zone in this log");
        return parts.join(", ");
    }

    function facts(diagnosis) {
        const rows = [];
        if (diagnosis.cause) {
            rows.push(["Cause", `${diagnosis.cause.title || diagnosis.cause.id} (${diagnosis.cause.id})`]);
        }
        const client = diagnosis.client;
        rows.push(["Client", client ? `${client.title || client.id} (${client.id}), ${client.version ? `version ${client.version}` : "version not in this log"}`
            : "not told by this log"]);
        rows.push(["Seen", seen(diagnosis)]);
        if (diagnosis.hosts.length) {
            rows.push([diagnosis.hosts.length === 1 ? "Host" : "Hosts", diagnosis.hosts.join(", ")]);
        }
        return make("dl", "", {}, ...rows.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
    }

    function confidence(diagnosis) {
        if (!diagnosis.cause) {
            return `Not certain enough for an answer (${percent(diagnosis.family_confidence)} for the likeliest kind of cause)`;
        }
        return `Confidence ${percent(diagnosis.cause.confidence)}: ${words(diagnosis.cause.confidence)} `
            + `(${family(diagnosis.cause.family)}: ${percent(diagnosis.family_confidence)})`;
    }

    function diagnosis(item, marks) {
        const id = `diagnosis-${++serial}`;
        const headline = item.headline || (item.cause ? item.cause.title || item.cause.id : "An error whose cause is not certain");
        return make("article", "", {class: "diagnosis", "aria-labelledby": id},
            make("h2", headline, {id, tabindex: "-1"}), make("p", confidence(item), {class: "confidence"}), facts(item),
            ...item.cautions.map(text => make("p", text, {class: "warning"})),
            ...fixes(item), ...why(item, marks), ...rivals(item), ...collect(item),
            ...(item.next_steps.length ? [details(`Plan for the whole organisation (${item.next_steps.length} steps)`, list("ol", item.next_steps))] : []));
    }

    /* ---- the pasted text ---- */

    /* For each piece of evidence the index of its line and the column of its offset, which counts bytes of UTF-8. */
    function locate(bytes, evidence) {
        const sorted = [...evidence].sort((a, b) => a.offset - b.offset);
        const decoder = new TextDecoder();
        const found = new Map();
        let line = 0;
        let start = 0;
        let at = 0;
        for (const piece of sorted) {
            const end = Math.min(piece.offset, bytes.length);
            for (; at < end; at++) {
                if (bytes[at] === 10) {
                    line++;
                    start = at + 1;
                }
            }
            found.set(piece, {line, column: decoder.decode(bytes.subarray(start, end)).length});
        }
        return found;
    }

    function textLine(number, text, column, hit) {
        const line = make("span", "", {class: hit ? "line hit" : "line"}, make("span", String(number + 1), {class: "number", "aria-hidden": "true"}));
        let mark = null;
        if (hit) {
            const from = Math.max(0, column - 200);
            mark = make("mark", text.slice(column, column + LINE_MAX) || "\u00a0", {tabindex: "-1"});
            line.append((from > 0 ? "…" : "") + text.slice(from, column), mark, text.length > column + LINE_MAX ? "…" : "");
        } else {
            line.append(text.slice(0, LINE_MAX) + (text.length > LINE_MAX ? "…" : ""));
        }
        return {line, mark};
    }

    function gap(count) {
        return make("span", `… ${count.toLocaleString("en")} ${count === 1 ? "line" : "lines"} …`, {class: "gap"});
    }

    /* The text around the evidence with the evidence marked; {element, marks}. */
    function markedText(text, bytes, items) {
        const evidence = items.flatMap(item => item.evidence);
        const places = locate(bytes, evidence);
        const lines = text.split("\n");
        const columns = new Map();
        for (const {line, column} of places.values()) {
            columns.set(line, Math.min(column, columns.has(line) ? columns.get(line) : column));
        }
        const shown = new Set();
        for (const line of columns.keys()) {
            for (let i = Math.max(0, line - AROUND); i <= Math.min(lines.length - 1, line + AROUND); i++) {
                shown.add(i);
            }
        }
        const block = make("div", "", {class: "text", tabindex: "0", role: "region", "aria-label": "Your text with the evidence marked"});
        const pre = make("pre");
        const marked = new Map();
        let next = 0;
        for (const i of [...shown].sort((a, b) => a - b)) {
            if (i > next) {
                pre.append(gap(i - next));
            }
            const {line, mark} = textLine(i, lines[i], columns.get(i) || 0, columns.has(i));
            marked.set(i, mark);
            pre.append(line);
            next = i + 1;
        }
        if (next < lines.length - (lines[lines.length - 1] === "" ? 1 : 0)) {
            pre.append(gap(lines.length - next));
        }
        block.append(pre);
        const marks = new Map([...places].map(([piece, where]) => [piece, marked.get(where.line) || null]));
        const element = details("Your text, with the evidence marked (as you pasted it, nothing hidden)", block);
        element.open = true;
        return {element, marks};
    }

    /* ---- all of it ---- */

    function input(item) {
        const parts = [item.format || "text", `${item.bytes.toLocaleString("en")} bytes`];
        if (item.lines) {
            parts.push(`${item.lines.toLocaleString("en")} lines`);
        }
        if (item.compression.length) {
            parts.push(item.compression.join(", "));
        }
        if (item.repairs.length) {
            parts.push(`repaired: ${item.repairs.join(", ")}`);
        }
        const part = document.createDocumentFragment();
        part.append(make("p", `${item.path}${item.member ? `!${item.member}` : ""} · ${parts.join(" · ")}`, {class: "quiet"}));
        const trouble = [STATUSES[item.status], item.error, ...item.limits.map(limit => `Limit: ${limit}`)].filter(Boolean);
        part.append(...trouble.map(text => make("p", text, {class: "warning"})));
        return part;
    }

    function nothing(result) {
        const lines = result.summary.bytes ? ` in ${result.summary.bytes.toLocaleString("en")} bytes` : "";
        return make("article", "", {class: "diagnosis"}, make("h2", "No known error found", {tabindex: "-1"}),
            make("p", `Nothing that tlswhy knows stands${lines}. A trace of the program (CrmServiceClient, System.Net), or the Schannel events of the minute of the failure, would tell more.`));
    }

    /* The whole report as an element. `pasted` is {text, bytes}, or null for a file. */
    function show(result, pasted) {
        const items = [...result.diagnoses, ...result.inconclusive];
        const marked = pasted && items.some(item => item.evidence.length) ? markedText(pasted.text, pasted.bytes, items) : null;
        const element = make("div");
        element.append(...result.inputs.map(input));
        element.append(...(items.length ? items.map(item => diagnosis(item, marked && marked.marks)) : [nothing(result)]));
        if (marked) {
            element.append(marked.element);
        }
        return element;
    }

    return {show, make, percent};
})();
