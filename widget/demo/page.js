"use strict";
for (const button of document.querySelectorAll("#questions button")) {
  button.addEventListener("click", () => {
    document.getElementById("talk").scrollIntoView({ block: "nearest" });
    window.BudgetAdvisor.ask(button.textContent);
  });
}
document.getElementById("code").textContent = `<script src="${location.origin}/widget/widget.js" async></script>`;
const workplace = new URL("/", location.href);
workplace.port = "5006";
document.getElementById("console").href = workplace.href;
