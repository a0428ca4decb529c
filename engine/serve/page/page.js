/* page.js -- takes pastes and files, asks the server, and puts the answers on the page. */
"use strict";

(() => {
    const $ = id => document.getElementById(id);
    const {make} = report;
    const LABELS = {json: "JSON", ndjson: null, text: "Text", markdown: "Markdown", html: "HTML"};
    const ENDINGS = {json: "json", text: "txt", markdown: "md", html: "html"};
    /* How often a busy server is asked again. */
    const TRIES = 5;
    let formats = ["json"];
    let limit = Infinity;
    let chosen = [];
    let running = null;

    function say(text, failed) {
        $("status").textContent = text;
        $("status").classList.toggle("failure", Boolean(failed));
    }

    /* ---- what is asked ---- */

    function showChosen() {
        $("chosen").replaceChildren(...chosen.map((file, i) => {
            const remove = make("button", "Remove", {type: "button", class: "small", "aria-label": `Remove ${file.name}`});
            remove.addEventListener("click", () => {
                chosen.splice(i, 1);
                showChosen();
                $("choose").focus();
            });
            return make("li", "", {}, make("span", `${file.name} (${file.size.toLocaleString("en")} bytes)`), remove);
        }));
    }

    function addFiles(files) {
        chosen.push(...files);
        showChosen();
        say(files.length === 1 ? `${files[0].name} is chosen.` : `${chosen.length} files are chosen.`);
    }

    /* What is to be diagnosed: {name, body, pasted}. */
    function questions() {
        const text = $("log").value;
        const all = chosen.map(file => ({name: file.name, body: file, pasted: null}));
        if (text.trim() !== "") {
            const bytes = new TextEncoder().encode(text);
            all.unshift({name: "pasted text", body: bytes, pasted: {text, bytes}});
        }
        return all;
    }

    function wait(seconds, signal) {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, seconds * 1000);
            signal.addEventListener("abort", () => {
                clearTimeout(timer);
                reject(new DOMException("stopped", "AbortError"));
            });
        });
    }

    /* The server's answer; where it is busy, it is asked again. */
    async function ask(question, format, redact, signal) {
        const query = new URLSearchParams({format, name: question.name, redact: redact ? "1" : "0"});
        if ((question.body.size ?? question.body.length) > limit) {
            throw new Error(`it is larger than ${limit.toLocaleString("en")} bytes; the terminal takes any size: tlswhy FILE`);
        }
        for (let i = 1; ; i++) {
            const answer = await fetch(`api/diagnose?${query}`, {method: "POST", body: question.body, signal,
                headers: {"Content-Type": "application/octet-stream"}, credentials: "omit", cache: "no-store", redirect: "error"});
            if (answer.ok) {
                return answer;
            }
            if (answer.status === 503 && i < TRIES) {
                say("The server is busy; waiting …");
                await wait(Number(answer.headers.get("Retry-After")) || 5, signal);
                continue;
            }
            const reason = await answer.json().catch(() => ({}));
            throw new Error(reason.error || `the server answered with status ${answer.status}`);
        }
    }

    /* ---- answers ---- */

    function save(blob, name) {
        const link = make("a", "", {href: URL.createObjectURL(blob), download: name});
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }

    function download(question, format, redact) {
        const button = make("button", LABELS[format], {type: "button", class: "small", "aria-label": `Download as ${LABELS[format]}`});
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                const answer = await ask(question, format, redact, new AbortController().signal);
                save(await answer.blob(), `tlswhy-${question.name.replace(/[^\w.-]+/g, "-")}.${ENDINGS[format]}`);
                say("Downloaded.");
            } catch (error) {
                say(`No download: ${error.message}`, true);
            }
            button.disabled = false;
        });
        return button;
    }

    function downloads(question, redact) {
        const kinds = ["markdown", "html", "json", "text"].filter(format => formats.includes(format));
        return make("div", "", {class: "row", role: "group", "aria-label": "Download the report"},
            make("span", "Download:"), ...kinds.map(format => download(question, format, redact)));
    }

    function answer(question, result, redact) {
        const section = make("section", "", {class: "answer", "aria-label": `Result for ${question.name}`},
            ...(redact ? [] : [make("p", "Secrets are shown in this result.", {class: "warning"})]),
            report.show(result, question.pasted), downloads(question, redact));
        $("results").append(section);
        return section;
    }

    function failure(question, error) {
        $("results").append(make("section", "", {class: "answer", "aria-label": `Result for ${question.name}`},
            make("h2", `${question.name}: no diagnosis`, {tabindex: "-1"}), make("p", error.message, {class: "failure"})));
    }

    function setBusy(busy) {
        $("diagnose").disabled = busy;
        $("stop").hidden = !busy;
        $("results").setAttribute("aria-busy", String(busy));
    }

    async function diagnose() {
        const all = questions();
        const redact = $("redact").checked;
        if (running) {
            return;
        }
        if (!all.length) {
            say("There is nothing to diagnose yet: paste a log, or choose a file.", true);
            $("log").focus();
            return;
        }
        running = new AbortController();
        const {signal} = running;
        setBusy(true);
        $("results").replaceChildren();
        let found = 0;
        for (const question of all) {
            say(`Diagnosing ${question.name} …`);
            try {
                const result = await (await ask(question, "json", redact, signal)).json();
                found += result.diagnoses.length;
                answer(question, result, redact);
            } catch (error) {
                if (signal.aborted) {
                    break;
                }
                failure(question, error instanceof TypeError ? new Error("the server cannot be reached, or refused the upload") : error);
            }
        }
        const stopped = signal.aborted;
        running = null;
        setBusy(false);
        const first = $("results").querySelector("h2");
        say(stopped ? "Stopped." : `Done: ${found} ${found === 1 ? "diagnosis" : "diagnoses"}. ${first ? first.textContent : ""}`);
        if (first) {
            first.focus();
        }
    }

    /* ---- wiring ---- */

    $("diagnose").addEventListener("click", diagnose);
    $("stop").addEventListener("click", () => running && running.abort());
    $("choose").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", event => {
        addFiles([...event.target.files]);
        event.target.value = "";
    });
    $("clear").addEventListener("click", () => {
        $("log").value = "";
        chosen = [];
        showChosen();
        $("results").replaceChildren();
        say("Cleared.");
        $("log").focus();
    });
    $("redact").addEventListener("change", event => { $("redact-warning").hidden = event.target.checked; });
    document.addEventListener("keydown", event => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            diagnose();
        }
    });
    document.addEventListener("dragover", event => {
        if ([...event.dataTransfer.types].includes("Files")) {
            event.preventDefault();
            $("ask").classList.add("over");
        }
    });
    document.addEventListener("dragleave", event => {
        if (!event.relatedTarget) {
            $("ask").classList.remove("over");
        }
    });
    document.addEventListener("drop", event => {
        $("ask").classList.remove("over");
        if (event.dataTransfer.files.length) {
            event.preventDefault();
            addFiles([...event.dataTransfer.files]);
        }
    });
    $("redact").checked = true; /* not what the browser remembers */
    fetch("api/version").then(answer => answer.json()).then(about => {
        formats = about.formats;
        limit = about.max_bytes;
        $("about").textContent = `${about.name} ${about.version}`;
    }).catch(() => say("The server cannot be reached.", true));
})();
