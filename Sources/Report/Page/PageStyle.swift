/// How a report looks and what it does, as parts of the page: nothing is loaded from elsewhere.
enum PageStyle {
    static let css = """
        :root { --ink: #20262e; --faint: #5d6672; --line: #dfe3e8; --paper: #ffffff; --ground: #f4f6f8; --accent: #0072b2; }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 28px 28px 60px; }
        header h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; }
        header p { margin: 0; color: var(--faint); }
        h2 { font-size: 19px; margin: 38px 0 10px; }
        h3 { font-size: 15px; margin: 22px 0 8px; }
        p.lead { color: var(--faint); margin: 0 0 14px; max-width: 78ch; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(146px, 1fr)); gap: 12px; margin: 22px 0 0; }
        .card.wide { grid-column: span 2; }
        .card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
        .card b { display: block; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; }
        .card .name { color: var(--faint); font-size: 13px; }
        .card .range { color: var(--faint); font-size: 13px; font-variant-numeric: tabular-nums; }
        .scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding: 10px 14px 4px; color: var(--faint); font-size: 13px; }
        th, td { padding: 7px 14px; text-align: right; border-top: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
        thead th { border-top: 0; }
        th:first-child, td:first-child { text-align: left; }
        tbody th { font-weight: 600; }
        th button { all: unset; cursor: pointer; font-weight: 600; color: var(--accent); }
        th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        th[aria-sort="ascending"] button::after { content: " \\2191"; }
        th[aria-sort="descending"] button::after { content: " \\2193"; }
        .note { display: block; font-size: 12px; font-weight: 400; color: var(--faint); }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 14px; }
        figure { margin: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 8px; break-inside: avoid; }
        figure img { display: block; width: 100%; height: auto; }
        .findings { display: grid; grid-template-columns: repeat(auto-fill, minmax(460px, 1fr)); gap: 14px; }
        .findings img { border-radius: 4px; background: #000; }
        figcaption { padding: 8px 4px 2px; font-size: 13px; color: var(--faint); overflow-wrap: anywhere; }
        figcaption b { color: var(--ink); }
        .key span { display: inline-block; width: 26px; height: 0; margin: 0 6px 4px 14px; border-top: 3px solid #2fb57a; }
        .key span.predicted { border-top: 3px dashed #e8890c; }
        .notice { border-left: 4px solid #e0a100; background: #fff8e5; padding: 8px 14px; margin: 14px 0 0; border-radius: 0 6px 6px 0; }
        footer { margin-top: 44px; color: var(--faint); font-size: 13px; border-top: 1px solid var(--line); padding-top: 12px; }
        @media (max-width: 560px) { .figures, .findings { grid-template-columns: 1fr; } main { padding: 16px; } }
        @media print {
            @page { margin: 14mm; }
            body { background: #fff; font-size: 11px; }
            main { max-width: none; padding: 0; }
            .figures, .findings { grid-template-columns: 1fr 1fr; gap: 8px; }
            .cards { grid-template-columns: repeat(4, 1fr); gap: 8px; }
            .card b { font-size: 19px; }
            h2 { break-after: avoid; margin-top: 22px; }
            h3 { break-after: avoid; }
            th, td { padding: 4px 7px; }
            th button { color: inherit; }
            .scroll { overflow: visible; }
            * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """

    /// Sorts a table by the column whose head is clicked on; again the other way round.
    static let script = """
        for (const table of document.querySelectorAll("table.sortable")) {
          const heads = [...table.tHead.rows[0].cells];
          heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
            const body = table.tBodies[0];
            const down = head.getAttribute("aria-sort") !== "descending";
            const key = (row) => {
              const cell = row.cells[column];
              const value = cell.dataset.value;
              return value === undefined ? cell.textContent : Number(value);
            };
            const rows = [...body.rows].map((row) => [key(row), row]);
            rows.sort(([a], [b]) => {
              const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
              return down ? -order : order;
            });
            heads.forEach((other) => other.setAttribute("aria-sort", "none"));
            head.setAttribute("aria-sort", down ? "descending" : "ascending");
            rows.forEach(([, row]) => body.append(row));
          }));
        }
        """
}
