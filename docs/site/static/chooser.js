// The table of commands on the page about installing becomes a chooser: one button for each system
// and processor, and the command that suits. Without JavaScript the table stays.
document.addEventListener("DOMContentLoaded", () => {
  if (!/\/install\.html$/.test(location.pathname)) return;
  const table = document.querySelector("article table");
  if (!table) return;
  const heads = [...table.querySelectorAll("th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => {
    const [systems, processor, command] = [...row.cells].map((cell) => cell.textContent.trim());
    return { systems: systems.split(/\s*[,、]\s*/), processor, command };
  });
  const chosen = { system: rows[0].systems[0], processor: rows[0].processor };
  const box = document.createElement("div");
  box.className = "chooser";

  const line = (title, names, chosenName, choose) => {
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    const label = document.createElement("span");
    label.textContent = title;
    group.append(label);
    for (const name of names) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.setAttribute("aria-pressed", String(name === chosenName));
      button.addEventListener("click", () => choose(name));
      group.append(button);
    }
    return group;
  };

  const draw = () => {
    const systems = [...new Set(rows.flatMap((row) => row.systems))];
    const fitting = rows.filter((row) => row.systems.includes(chosen.system));
    const row = fitting.find((r) => r.processor === chosen.processor) || fitting[0];
    chosen.processor = row.processor;
    const command = document.createElement("pre");
    command.textContent = row.command;
    box.replaceChildren(
      line(heads[0], systems, chosen.system, (name) => { chosen.system = name; draw(); }),
      line(heads[1], fitting.map((r) => r.processor), row.processor, (name) => {
        chosen.processor = name;
        draw();
      }),
      command,
    );
  };
  draw();
  const place = table.closest(".table-wrapper") || table;
  place.before(box);
  place.hidden = true;
  place.style.display = "none";
});
