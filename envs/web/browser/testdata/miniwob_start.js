// Brings a MiniWoB++ page to where BrowserGym hands it to an agent: the problem of seed SEED is drawn, no timer runs,
// and what is shown to people (instruction, reward, cover, clicks) is out of the document.
(() => {
  Math.seedrandom(SEED);
  core.EPISODE_MAX_TIME = 1000000;
  core.startEpisodeReal();
  core.clearTimer();
  document.body.removeEventListener('click', core.canvasDrawClick);
  document.getElementById('query').innerHTML = '';
  for (const id of ['reward-display', 'click-canvas', 'sync-task-cover']) document.getElementById(id).remove();
  core.endEpisode = () => {};
})()
