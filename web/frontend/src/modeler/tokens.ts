// The token simulation speaks English only: its words are put into Russian as they appear.
import { language } from './config';

const RU: Record<string, string> = {
  'Token Simulation': 'Прогон меток', 'Toggle Token Simulation': 'Прогон меток', 'Reset Simulation': 'Начать сначала', 'Play/Pause Simulation': 'Пуск и остановка', 'Pause Simulation': 'Остановить', 'Play Simulation': 'Пустить',
  'Simulation Log': 'Журнал прогона', 'Toggle Simulation Log': 'Журнал прогона', 'Set Animation Speed': 'Скорость', 'Set Animation Speed = Slow': 'Медленно', 'Set Animation Speed = Normal': 'Обычно', 'Set Animation Speed = Fast': 'Быстро',
  'Show Simulation Log': 'Показать журнал', 'Hide Simulation Log': 'Скрыть журнал', 'No Entries': 'Записей нет', 'Simulation Reset': 'Начато сначала', 'Trigger Event': 'Событие', 'Set Sequence Flow': 'Выбрать путь', 'Process': 'Процесс', 'Pause execution': 'Остановить здесь',
  'Continue execution': 'Идти дальше', 'View Process Instance': 'Показать ход', 'Found no Start Event': 'Нет начального события', 'Add pause point': 'Останавливать здесь', 'Remove pause point': 'Не останавливать здесь', 'Remove pause point ': 'Не останавливать здесь',
};

export function sayTokens(container: HTMLElement): void {
  if (language !== 'ru') return;
  const say = (root: Node): void => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node: Node | null = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        const text = node.nodeValue!.trim();
        if (RU[text]) node.nodeValue = node.nodeValue!.replace(text, RU[text]);
      } else {
        const title = (node as Element).getAttribute?.('title');
        if (title && RU[title]) (node as Element).setAttribute('title', RU[title]);
      }
    }
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (inside(node)) say(node);
  }).observe(container, { childList: true, subtree: true });
  say(container);
}

function inside(node: Node): boolean {
  const element = node instanceof Element ? node : node.parentElement;
  return Boolean(element && (element.closest('[class*="bts-"]') || element.querySelector('[class*="bts-"]')));
}
