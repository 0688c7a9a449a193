/** A thread of `plumbline prove`: the server of a trial and the suite that judges it, in one place. */
import { suites } from '../../suites/index.ts';
import { loadContract } from '../contract/load.ts';
import { answerTasks } from '../prove/answer-tasks.ts';
import { performTrial } from '../prove/perform-trial.ts';
import type { Trial, TrialResult } from '../prove/trial.ts';
import { serveTrial } from './serve-trial.ts';

const contract = await loadContract();
const serve = (trial: Trial) => serveTrial(trial, contract);
answerTasks<Trial, TrialResult>((trial) => performTrial(trial, { contract, suites, serve }));
