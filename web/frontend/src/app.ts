// What the browser adds to pages that already work without it.
import 'htmx.org';
import { watchConfirmations } from './confirm';
import { watchDrafts } from './drafts';
import { watchKeys } from './keys';
import { watchLists } from './lists';
import { watchOnce } from './once';
import { watchTheme } from './theme';

watchTheme();
watchConfirmations();
watchOnce();
watchDrafts();
watchLists();
watchKeys();
