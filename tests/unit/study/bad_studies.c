/* Mistakes in study files: each gets one sentence with its place, and what would be right.
 *
 * A case is an edit of one good study; ' stands for ". */
#include "study/study.h"
#include "support/test.h"

#define BATCH "'batch_size': 16,"
#define BUDGET "'budget': { 'trials': 4, 'steps': 10 }"
#define RATE "'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' }"
#define SPACE "'space': {\n        " RATE " }"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG_NAME HUNDRED HUNDRED "x"
#define ARM "    { 'arm': 'a',\n      'optimizer': 'adam',\n      'schedule': 'linear',\n      " SPACE " }"

#define ARM_B "    { 'arm': 'b', 'optimizer': 'sgd', 'space': { 'learning_rate': 1 } }"

static const char good[] = "{\n"
                           "  'study': 'base',\n"
                           "  'workload': 'quadratic/noisy',\n"
                           "  " BATCH "\n"
                           "  " BUDGET ",\n"
                           "  'arms': [\n" ARM "\n"
                           "  ]\n"
                           "}\n";

typedef struct bad_study {
    const char *find; /* its first place in the good study becomes `put`; NULL: `put` is the whole file */
    const char *put;
    const char *sentence; /* after "bad.json:"; "..." at its end stands for a registry's further names */
} bad_study;

static const bad_study bad[] = {
    /* JSON itself */
    { "{\n  'study'", "{\n  study", "2:7: string or '}' expected near 'study'" },
    { BATCH, "'batch_size': 16", "5:10: '}' expected near '\"budget\"'" },
    { "]\n}", "],\n}", "13:1: string or '}' expected near '}'" },
    { BATCH, "'batch_size': 016,", "4:17: invalid token near '0'" },
    { BATCH, "'batch_size': NaN,", "4:19: invalid token near 'NaN'" },
    { BATCH, BATCH " 'batch_size': 32,", "4:32: duplicate object key near '\"batch_size\"'" },
    { "0.01,", "1e999,", "11:39: real number overflow near '1e999'" },
    { "'trials': 4", "'trials': 99999999999999999999", "5:44: too big integer near '99999999999999999999'" },
    { "'base'",
      "'b\xff"
      "se'",
      "2:13: unable to decode byte 0xff near '\"b'" },
    { "'base'", "'ba\\qse'", "2:16: invalid escape near '\"ba\\q'" },
    { "]\n}", "]\n} x", "13:3: end of file expected near 'x'" },
    { "]\n}", "]", "13:1: '}' expected near end of file" },
    { "'base'", "'base", "2:17: unexpected newline near '\"base,'" },
    /* the whole */
    { NULL, "[]", "1:1: this must be an object {...}" },
    { NULL, "", "1:1: unexpected token near end of file" },
    { NULL, "{}", "1:1: 'study' is missing here" },
    { NULL,
      "\xef\xbb\xbf"
      "{}",
      "1:1: invalid token near '\xef\xbb\xbf'" },
    { NULL,
      "{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':["
      "{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{'a':[{",
      "1:193: more than 64 levels of brackets" },
    { NULL, "'study'", "1:1: this must be an object {...}" },
    { NULL,
      "[[[[[[[[[[[[["
      "[[[[[[[[[[[[["
      "[[[[[[[[[[[[["
      "[[[[[[[[[[[[["
      "[[[[[[[[[[[[[",
      "1:65: more than 64 levels of brackets" },
    { BATCH, BATCH " 'batchsize': 32,",
      "4:21: unknown key 'batchsize' (did you mean batch_size?); use study, why, workload, workload_options, split, "
      "init, backend, "
      "precision, threads, batch_size, budget, search, seeds, select, select_at, target, claims, narrowed_from, ..." },
    { BATCH, BATCH " 'Target': {},",
      "4:21: unknown key 'Target' (did you mean target?); use study, why, workload, workload_options, split, init, "
      "backend, "
      "precision, threads, batch_size, budget, search, seeds, select, select_at, target, claims, narrowed_from, ..." },
    /* name and reason */
    { "  'study': 'base',\n", "", "1:1: 'study' is missing here" },
    { "'base'", "7", "2:12: 'study' must be a string" },
    { "'base'", "''", "2:12: a study's name must be a line of 1 to 200 bytes without control characters" },
    { "'base'", "'a\\nb'", "2:12: a study's name must be a line of 1 to 200 bytes without control characters" },
    { "'base'", "'a\\u001b[2J'", "2:12: a study's name must be a line of 1 to 200 bytes without control characters" },
    { "'base'", "'a\\u0000b'", "2:21: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"a\\u0000b\"'" },
    { "'base'", "'" LONG_NAME "'", "2:12: a study's name must be a line of 1 to 200 bytes without control characters" },
    { "'base'", "'..'", "2:12: a study's name must be a word that can name a folder" },
    { "'base'", "'../base'", "2:12: a study's name must be a word that can name a folder" },
    { "'base'", "'base', 'why': '\\u001b[31m'", "2:27: 'why' must be text without control characters" },
    { "'base'", "'a/b'", "2:12: a study's name must be a word that can name a folder" },
    { "'base'", "'.hidden'", "2:12: a study's name must be a word that can name a folder" },
    { "'base',", "'base', 'why': 3,", "2:27: 'why' must be a string" },
    /* workloads and their options */
    { "  'workload': 'quadratic/noisy',\n", "", "1:1: 'workload' is missing here" },
    { "'quadratic/noisy'", "'cifar/vgg'", "3:15: unknown workload 'cifar/vgg'; use cifar10/allcnn_quarter, ..." },
    { "'quadratic/noisy'", "[]", "3:15: 'workload' must list from 1 to 32 values" },
    { "'quadratic/noisy'", "['quadratic/noisy', 'quadratic/noisy']",
      "3:35: 'workload' lists two called 'quadratic/noisy'" },
    { "'quadratic/noisy'", "['quadratic/noisy', 5]", "3:35: this must be a string" },
    { "'quadratic/noisy',", "'quadratic/noisy', 'workload_options': { 'conditon': 5 },",
      "3:56: workload 'quadratic/noisy' has no option 'conditon' (did you mean condition?); 'fairlead list workloads' "
      "shows what it has" },
    { "'quadratic/noisy',", "'quadratic/noisy', 'workload_options': { 'condition': 0.5 },",
      "3:69: condition = 0.5 is outside its range [1, inf)" },
    { "'quadratic/noisy',", "'quadratic/noisy', 'workload_options': { 'dimension': 2.5 },",
      "3:69: dimension = 2.5 must be a whole number in [1, 1024]" },
    { "'quadratic/noisy',", "'quadratic/noisy', 'workload_options': [],",
      "3:54: 'workload_options' must be an object {...}" },
    { "'quadratic/noisy',", "'glyphs/mlp', 'workload_options': { 'size': 5 },",
      "3:51: workload 'glyphs/mlp' has no option 'size'; 'fairlead list workloads' shows what it has" },
    /* batches */
    { "  " BATCH "\n", "", "1:1: 'batch_size' is missing here" },
    { "'batch_size': 16", "'batch_size': 0", "4:17: 'batch_size' must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': -4", "4:17: 'batch_size' must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': 16.0", "4:17: 'batch_size' must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': 'most'", "4:17: 'batch_size' must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': '16'", "4:17: 'batch_size' must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': 10001",
      "4:17: a batch of 10001 is larger than the training split of 10000 examples of quadratic/noisy" },
    { "'batch_size': 16", "'batch_size': [16, 0]", "4:22: this must be a whole number from 1 to 4294967295" },
    { "'batch_size': 16", "'batch_size': [16, 32, 16]", "4:26: 'batch_size' lists this value twice" },
    { "'batch_size': 16", "'batch_size': [16, 10001]",
      "4:22: a batch of 10001 is larger than the training split of 10000 examples of quadratic/noisy" },
    { "'batch_size': 16", "'batch_size': []", "4:17: 'batch_size' must list from 1 to 32 values" },
    /* backends, precisions, threads */
    { BATCH, BATCH " 'backend': 'cuda',", "4:32: unknown backend 'cuda'; use naive, ..." },
    { BATCH, BATCH " 'backend': ['naive', 'blas'],", "4:42: unknown backend 'blas'; use naive, ..." },
    { BATCH, BATCH " 'backend': 1,", "4:32: 'backend' must be a string" },
    { BATCH, BATCH " 'precision': 'f16',", "4:34: unknown precision 'f16' (did you mean bf16?); use f32 or bf16" },
    { BATCH, BATCH " 'precision': ['f32', 'f32'],", "4:42: 'precision' lists this value twice" },
    { BATCH, BATCH " 'threads': 0,", "4:32: 'threads' must be a whole number from 1 to 4096" },
    { BATCH, BATCH " 'threads': 5000,", "4:32: 'threads' must be a whole number from 1 to 4096" },
    /* several workers */
    { BATCH, BATCH " 'parallel': 4,", "4:33: 'parallel' must be an object {...}" },
    { BATCH, BATCH " 'parallel': {},", "4:33: 'method' is missing here" },
    { BATCH, BATCH " 'parallel': { 'method': 'sync', 'workers': 2 },",
      "4:45: unknown parallel method 'sync' (did you mean synchronous?); use synchronous..." },
    { BATCH, BATCH " 'parallel': { 'method': 'synchronous' },", "4:33: 'workers' is missing here" },
    { BATCH, BATCH " 'parallel': { 'method': 'synchronous', 'workers': 0 },",
      "4:71: 'workers' must be a whole number from 1 to 4096" },
    { BATCH, BATCH " 'parallel': { 'method': 'synchronous', 'workers': 3 },",
      "4:33: 3 workers do not divide a batch of 16: each takes an equal share" },
    { BATCH, BATCH " 'micro_batch': 8, 'parallel': { 'method': 'synchronous', 'workers': 4 },",
      "4:51: a micro-batch of 8 does not divide a worker's share of 4" },
    { BATCH, BATCH " 'parallel': { 'method': 'synchronous', 'workers': 2, 'every': 2 },",
      "4:74: parallel method 'synchronous' has no 'every'; it has workers, batch_norm" },
    { BATCH,
      BATCH " 'parallel': { 'method': 'asynchronous', 'workers': 2, 'compute': 86400, 'push_every': 4096, "
            "'fetch_every': 4096 },",
      "4:33: 40960 batches of 86400 virtual seconds each are more than 31 years, the longest a trial can take" },
    { BATCH, BATCH " 'parallel': { 'method': 'local', 'workers': 2 },",
      "4:33: parallel method 'local' needs 'every': H, steps from one averaging of the parameters to the next" },
    { BATCH, BATCH " 'parallel': { 'method': 'local', 'workers': 2, 'every': 0 },",
      "4:77: every = 0 must be a whole number in [1, 2^53]" },
    { BATCH, BATCH " 'parallel': { 'method': 'local', 'workers': 2, 'every': 2, 'state': 'lost' },",
      "4:89: unknown state 'lost'; use local, averaged or reset" },
    { BATCH,
      BATCH " 'parallel': [ { 'method': 'local', 'workers': 2, 'every': 2 }, { 'method': 'local', 'workers': 2, "
            "'every': 2, 'state': 'local' } ],",
      "4:84: 'parallel' lists this method twice" },
    { "'optimizer': 'adam'", "'optimizer': 'sam', 'parallel': { 'method': 'local', 'workers': 2, 'every': 2 }",
      "8:39: parallel method 'local' does not serve optimizer 'sam', which asks for more gradients of the same step" },
    { "'optimizer': 'adam'",
      "'optimizer': 'lamb', 'parallel': { 'method': 'local', 'workers': 2, 'every': 2, 'state': "
      "'averaged' }",
      "8:40: parallel.state = averaged: the optimizer keeps numbers that have no mean; use local or reset" },
    { BUDGET,
      "'parallel': { 'method': 'asynchronous', 'workers': 2, 'clock': 'real' }, 'budget': { 'trials': 4, 'steps': 10, "
      "'feasible': true }",
      "5:15: on the real clock a trial may be complete once and infeasible the next time, so a feasible budget would "
      "hold other trials each time; set \"feasible\": false" },
    { RATE, RATE ", 'parallel.every': 3",
      "11:73: parallel method 'none' has no hyperparameter 'parallel.every'; it has nothing to set" },
    /* split and initialisation */
    { BATCH, BATCH " 'split': { 'validation': 0 },", "4:46: 'validation' must be a whole number from 1 to 4294967295" },
    { BATCH, BATCH " 'split': { 'validation': 12000 },",
      "4:30: validation = 12000 leaves nothing to train on: the training file of quadratic/noisy has 12000 examples" },
    { BATCH, BATCH " 'split': { 'validation': 11990 },",
      "4:17: a batch of 16 is larger than the training split of 10 examples of quadratic/noisy" },
    { BATCH, BATCH " 'split': { 'from': 'middle' },",
      "4:40: unknown place of the validation split 'middle'; use end, start or seeded" },
    { BATCH, BATCH " 'split': { 'test': 5 },", "4:32: unknown key 'test'; use validation, from or seed" },
    { BATCH, BATCH " 'split': 5,", "4:30: 'split' must be an object {...}" },
    { BATCH, BATCH " 'init': { 'weights': 'zeros' },",
      "4:42: unknown initialisation 'zeros'; use he_normal, he_uniform, glorot_normal, glorot_uniform, "
      "truncated_normal, uniform, orthogonal, sparse or constant" },
    { BATCH, BATCH " 'init': { 'weights': 'truncated_normal' },",
      "4:42: initialisation 'truncated_normal' needs 'argument', its deviation" },
    { BATCH, BATCH " 'init': { 'weights': 'he_normal', 'argument': 2 },",
      "4:67: initialisation 'he_normal' takes no argument" },
    { BATCH, BATCH " 'init': { 'bias': 'none' },", "4:39: 'bias' must be a number" },
    { BATCH, BATCH " 'init': { 'bais': 0 },",
      "4:31: unknown key 'bais' (did you mean bias?); use weights, argument or bias" },
    /* budget */
    { "  " BUDGET ",\n", "", "1:1: 'budget' is missing here" },
    { BUDGET, "'budget': 4", "5:13: 'budget' must be an object {...}" },
    { BUDGET, "'budget': { 'steps': 10 }", "5:13: 'trials' is missing here" },
    { BUDGET, "'budget': { 'trials': 4 }", "5:13: 'steps' is missing here" },
    { "'trials': 4", "'trials': 0", "5:25: 'trials' must be a whole number from 1 to 100000000" },
    { "'trials': 4", "'trials': 4.5", "5:25: 'trials' must be a whole number from 1 to 100000000" },
    { "'trials': 4", "'trials': 100000001", "5:25: 'trials' must be a whole number from 1 to 100000000" },
    { "'steps': 10", "'steps': 0", "5:37: 'steps' must be a whole number from 1 to 9007199254740991" },
    { "'steps': 10", "'steps': 1e3", "5:37: 'steps' must be a whole number from 1 to 9007199254740991" },
    { "'steps': 10", "'steps': 9007199254740992", "5:37: 'steps' must be a whole number from 1 to 9007199254740991" },
    { "'steps': 10", "'steps': 10, 'eval_every': 0",
      "5:55: 'eval_every' must be a whole number from 1 to 9007199254740991" },
    { "'steps': 10", "'steps': 10, 'feasible': 1", "5:53: 'feasible' must be true or false" },
    { "'steps': 10", "'steps': 10, 'max_trials': 8",
      "5:41: 'max_trials' caps a feasible budget; set \"feasible\": true or leave it out" },
    { "'steps': 10", "'steps': 10, 'feasible': true, 'max_trials': 3",
      "5:73: 'max_trials' must be a whole number from 4 to 1000000000" },
    { "'steps': 10", "'steps': 10, 'stop_above': 1",
      "5:55: stop_above = 1 must be above 1, a multiple of the first loss" },
    { "'steps': 10", "'steps': 10, 'epochs': 3",
      "5:41: unknown key 'epochs'; use trials, steps, eval_every, feasible, max_trials, stop_above, ..." },
    { "'steps': 10", "'steps': {}", "5:37: 'steps' names no batch size; write a number, or one for each of them" },
    { "'steps': 10", "'steps': { '32': 10 }", "5:39: steps for a batch of '32', which 'batch_size' does not list" },
    { "'steps': 10", "'steps': { '16': 0 }", "5:45: '16' must be a whole number from 1 to 9007199254740991" },
    { "'batch_size': 16,\n  'budget': { 'trials': 4, 'steps': 10 }",
      "'batch_size': [16, 32],\n  'budget': { 'trials': 4, 'steps': { '16': 10 } }",
      "5:37: steps for a batch of 32 are missing here" },
    { "'steps': 10", "'steps': 10, 'eval_every': { 'ratio': 1 }",
      "5:66: ratio = 1 must be above 1: from one evaluated step to the next" },
    { "'steps': 10", "'steps': 10, 'eval_every': { 'factor': 2 }", "5:57: unknown key 'factor'; use ratio" },
    { "'steps': 10", "'steps': 10, 'test': 'never'", "5:49: 'test' is all or scored, not 'never'" },
    /* search and seeds */
    { BATCH, BATCH " 'search': 'halton',", "4:31: 'search' must be an object {...}" },
    { BATCH, BATCH " 'search': { 'method': 'bayes' },", "4:43: unknown search 'bayes'; use halton, ..." },
    { BATCH, BATCH " 'search': { 'seed': -1 },", "4:41: 'seed' must be a whole number from 0 to 9007199254740991" },
    { BATCH, BATCH " 'search': { 'seed': 9007199254740992 },",
      "4:41: 'seed' must be a whole number from 0 to 9007199254740991" },
    { BATCH, BATCH " 'search': { 'method': 'grid' },",
      "10:16: search 'grid' needs 'points_per_axis' in 'search' where an axis is a range" },
    { BATCH, BATCH " 'search': { 'method': 'grid', 'points_per_axis': 1 },",
      "4:70: 'points_per_axis' must be a whole number from 2 to 1000000" },
    { BATCH, BATCH " 'search': { 'method': 'grid', 'points_per_axis': 3 },",
      "10:16: this space holds 3 points, the budget asks for 4 trials" },
    { BATCH, BATCH " 'search': { 'method': 'points' },",
      "10:16: search 'points' needs a list of complete points in the place of a space" },
    { BATCH, BATCH " 'search': { 'points_per_axis': 3 },",
      "4:33: 'points_per_axis' is for search 'grid', not for 'halton'" },
    { BATCH, BATCH " 'seeds': 1,", "4:30: 'seeds' must be an object {...}" },
    { BATCH, BATCH " 'seeds': { 'repeats': 0 },", "4:43: 'repeats' must be a whole number from 1 to 1000" },
    { BATCH, BATCH " 'seeds': { 'repeats': 1001 },", "4:43: 'repeats' must be a whole number from 1 to 1000" },
    { BATCH, BATCH " 'seeds': { 'first': 1.5 },", "4:41: 'first' must be a whole number from 0 to 9007199254740991" },
    { BATCH, BATCH " 'seeds': { 'rerun_best': -1 },", "4:46: 'rerun_best' must be a whole number from 0 to 1000000" },
    { BATCH, BATCH " 'seeds': { 'rerun': 1 },",
      "4:32: unknown key 'rerun' (did you mean rerun_best?); use first, repeats or rerun_best" },
    /* selection and target */
    { BATCH, BATCH " 'select': 'accuracy',", "4:31: metric 'accuracy' cannot be used here; use val_loss or val_error" },
    { BATCH, BATCH " 'select': 'test_error',",
      "4:31: 'test_error' cannot be used: the test set is only reported for what validation chose" },
    { BATCH, BATCH " 'select': 'train_loss',",
      "4:31: metric 'train_loss' cannot be used here; use val_loss or val_error" },
    { BATCH, BATCH " 'select_at': 'last',", "4:34: 'select_at' is final or best, not 'last'" },
    { BATCH, BATCH " 'target': 0.1,", "4:31: 'target' must be an object {...}" },
    { BATCH, BATCH " 'target': { 'metric': 'val_error' },", "4:31: 'value' is missing here" },
    { BATCH, BATCH " 'target': { 'value': 0.1 },", "4:31: 'metric' is missing here" },
    { BATCH, BATCH " 'target': { 'metric': 'test_loss', 'value': 0.1 },",
      "4:43: 'test_loss' cannot be used: the test set is only reported for what validation chose" },
    { BATCH, BATCH " 'target': { 'metric': 'speed', 'value': 0.1 },",
      "4:43: metric 'speed' cannot be used here; use train_loss, train_error, val_loss or val_error" },
    { BATCH, BATCH " 'target': { 'metric': 'val_error', 'value': '10 %' },", "4:65: 'value' must be a number" },
    /* claims */
    { BATCH, BATCH " 'claims': [],", "4:31: 'claims' must be an object {...}" },
    { BATCH, BATCH " 'claims': { 'pair': [] },",
      "4:33: unknown key 'pair' (did you mean pairs?); use pairs, baseline, k, trials, margin, family, flips, effort, "
      "time_to_target or workloads" },
    { BATCH, BATCH " 'claims': { 'pairs': [] },", "4:42: 'pairs' must be an array with at least one pair of arms" },
    { BATCH, BATCH " 'claims': { 'pairs': 'a' },", "4:42: 'pairs' must be an array with at least one pair of arms" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a']] },",
      "4:43: a pair must be an array of two arms: [\"adam\", \"momentum\"]" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a', 'b', 'a']] },",
      "4:43: a pair must be an array of two arms: [\"adam\", \"momentum\"]" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a', 7]] },", "4:49: this must be a string" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a', 'adam']] },", "4:49: unknown arm 'adam'; the study has a" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a', 'a']] },",
      "4:43: an arm cannot be compared with itself; name two arms" },
    { ARM "\n  ]", ARM ",\n" ARM_B "\n  ], 'claims': { 'pairs': [['a', 'b'], ['b', 'a']] }",
      "13:40: this pair is declared already; name each pair once" },
    { BATCH, BATCH " 'target': { 'metric': 'vall_error', 'value': 0.1 },",
      "4:43: metric 'vall_error' cannot be used here (did you mean val_error?); use train_loss, train_error, val_loss "
      "or val_error" },
    { BATCH, BATCH " 'claims': { 'baseline': 'b' },", "4:45: unknown arm 'b'; the study has a" },
    { BATCH, BATCH " 'claims': { 'baseline': 'a' },",
      "4:45: a baseline needs another arm to be compared with; the study has one arm" },
    { BATCH, BATCH " 'claims': { 'pairs': [['a', 'b']], 'baseline': 'a' },",
      "4:56: claims are of 'pairs' or against a 'baseline'; leave one of them out" },
    { BATCH, BATCH " 'claims': { 'trials': 0 },", "4:43: 'trials' must be a whole number from 1 to 100000000" },
    { BATCH, BATCH " 'claims': { 'k': 0 },", "4:38: 'k' must be a whole number from 1 to 9007199254740991" },
    { BATCH, BATCH " 'claims': { 'k': 2 },",
      "4:38: k = 2 is more than a fifth of 4 trials: so few trials tell too little about their best 2; at most 1, or "
      "more trials" },
    { BATCH, BATCH " 'claims': { 'k': 4, 'trials': 19 },",
      "4:51: the claims are of 19 trials, but budget.trials is 4" },
    { BATCH, BATCH " 'claims': { 'margin': -0.5 },",
      "4:43: margin = -0.5 must be at least 0, a difference of the test error" },
    { BATCH, BATCH " 'claims': { 'margin': '1 %' },", "4:43: 'margin' must be a number" },
    { BATCH, BATCH " 'claims': { 'effort': 1 },", "4:43: 'effort' must be true or false" },
    { BATCH, BATCH " 'claims': { 'time_to_target': true },",
      "4:51: the time to a target needs one; give the study a 'target'" },
    { BATCH, BATCH " 'claims': { 'workloads': true },",
      "4:46: there is nothing to compare over workloads; the study has one arm" },
    { BATCH, BATCH " 'claims': { 'flips': [] },",
      "4:42: 'flips' must be an array with at least one object of two pairs, 'narrow' and 'wide'" },
    { BATCH, BATCH " 'claims': { 'flips': [{ 'narrow': ['a', 'b'] }] },", "4:43: 'wide' is missing here" },
    { BATCH, BATCH " 'claims': { 'flips': [{ 'narrow': ['a', 'b'], 'broad': 1 }] },",
      "4:67: unknown key 'broad'; use narrow or wide" },
    { ARM "\n  ]", ARM ",\n" ARM_B "\n  ], 'claims': { 'flips': [{ 'narrow': ['a', 'b'], 'wide': ['b', 'a'] }] }",
      "13:60: a flip compares arms of two spaces; this one names an arm in both" },
    { BATCH, BATCH " 'claims': { 'flips': [{ 'narrow': 'a', 'wide': [] }] },",
      "4:55: this must be an array of an arm and its rival, or the list of its rivals: [\"adam\", [\"sgd\", "
      "\"momentum\"]]" },
    { BATCH, BATCH " 'claims': { 'flips': [{ 'narrow': ['a', []], 'wide': [] }] },",
      "4:55: this must be an array of an arm and its rival, or the list of its rivals: [\"adam\", [\"sgd\", "
      "\"momentum\"]]" },
    { ARM "\n  ]",
      ARM ",\n" ARM_B "\n  ], 'claims': { 'flips': [{ 'narrow': ['a', ['b', 'b']], 'wide': ['b', 'a'] }] }",
      "13:52: arm 'b' is named twice; name each arm once" },
    { ARM "\n  ]", ARM ",\n" ARM_B "\n  ], 'claims': { 'workloads': true }",
      "13:31: there is one workload; list several, or name the 'family' of studies that have the others" },
    { BATCH, BATCH " 'claims': { 'family': '' },",
      "4:43: a family's name must be a line of 1 to 200 bytes without control characters" },
    /* arms */
    { "  'arms': [\n" ARM "\n  ]", "  'arms': []", "6:11: 'arms' must be an array with at least one arm" },
    { "  'arms': [\n" ARM "\n  ]", "  'arms': {}", "6:11: 'arms' must be an array with at least one arm" },
    { ",\n  'arms': [\n" ARM "\n  ]", "", "1:1: 'arms' is missing here" },
    { "  'arms': [\n" ARM "\n  ]", "  'arms': [ 'sgd' ]", "6:13: this must be an object {...}" },
    { "    { 'arm': 'a',\n", "    {\n", "7:5: 'arm' is missing here" },
    { "'arm': 'a'", "'arm': ''", "7:14: an arm's name must be a line of 1 to 200 bytes without control characters" },
    { "'arm': 'a'", "'arm': 'a\\rb'",
      "7:14: an arm's name must be a line of 1 to 200 bytes without control characters" },
    { "'arm': 'a'", "'arm': 5", "7:14: 'arm' must be a string" },
    { "'arm': 'a'", "'arm': 'a', 'name': 'b'",
      "7:19: unknown key 'name'; use arm, optimizer, schedule, parallel or space" },
    { "      'optimizer': 'adam',\n", "", "7:5: 'optimizer' is missing here" },
    { "'optimizer': 'adam'", "'optimizer': 'gravity'", "8:20: unknown optimizer 'gravity'; use sgd, ..." },
    { "'schedule': 'linear'", "'schedule': 'square'", "9:19: unknown schedule 'square'; use constant, ..." },
    { "'schedule': 'linear'", "'schedule': 0.1", "9:19: 'schedule' must be a string" },
    { ARM, ARM ",\n" ARM, "12:14: there is an arm 'a' already" },
    { ",\n      " SPACE, "", "7:5: 'space' is missing here" },
    /* spaces */
    { SPACE, "'space': 0.1", "10:16: 'space' must be an object {...}" },
    { SPACE, "'space': {}", "10:16: 'learning_rate' is missing here: a space must settle the learning rate" },
    { SPACE, "'space': { 'epsilon': 1e-8 }",
      "10:16: 'learning_rate' is missing here: a space must settle the learning rate" },
    { RATE, RATE ", 'beta3': 0.9",
      "11:73: optimizer 'adam' has no hyperparameter 'beta3' (did you mean beta1?); it has learning_rate, beta1, "
      "beta2, epsilon, epsilon_form" },
    { RATE, RATE ", 'one_minus_beta3': 0.9",
      "11:73: optimizer 'adam' has no hyperparameter 'one_minus_beta3' (did you mean one_minus_beta1?); it has "
      "learning_rate, beta1, beta2, epsilon, epsilon_form" },
    { RATE, RATE ", 'schedule.end': 0.1",
      "11:73: schedule 'linear' has no hyperparameter 'schedule.end' (did you mean schedule.end_factor?); it has "
      "schedule.warmup_steps, "
      "schedule.decay_fraction, schedule.end_factor" },
    { RATE, RATE ", 'workload.noise': 1",
      "11:73: 'workload.noise' shapes the data, which are the same for every arm: it belongs in the study's "
      "'workload_options'" },
    { RATE, RATE ", 'momentum': 0.9",
      "11:73: optimizer 'adam' has no hyperparameter 'momentum'; it has learning_rate, beta1, beta2, epsilon, "
      "epsilon_form" },
    { RATE, RATE ", 'learning_rate/(1-momentum)': 0.9",
      "11:73: optimizer 'adam' has no hyperparameter 'learning_rate/(1-momentum)'; it has learning_rate, beta1, beta2, "
      "epsilon, epsilon_form" },
    { RATE, RATE ", 'learning_rate/epsilon': 1e5",
      "11:73: 'learning_rate/epsilon' and 'learning_rate' both settle learning_rate; one of them must go" },
    { RATE, RATE ", 'beta1': 0.9, 'one_minus_beta1': 0.1",
      "11:87: 'one_minus_beta1' and 'beta1' both settle beta1; one of them must go" },
    { RATE, RATE ", 'one_minus_epsilon_form': 0.1",
      "11:73: optimizer 'adam' has no hyperparameter 'one_minus_epsilon_form' (did you mean one_minus_epsilon?); it "
      "has learning_rate, beta1, beta2, "
      "epsilon, epsilon_form" },
    { "'min': 0.01, ", "", "11:26: 'min' is missing here" },
    { ", 'max': 0.1", "", "11:26: 'max' is missing here" },
    { ", 'scaling': 'log'", "", "11:26: 'scaling' is missing here; use linear or log" },
    { "'scaling': 'log'", "'scaling': 'cubic'", "11:64: unknown scaling 'cubic'; use linear or log" },
    { "'scaling': 'log'", "'scaling': 'log', 'step': 1", "11:71: unknown key 'step'; use min, max, scaling or about" },
    { "'min': 0.01", "'min': 0.5", "11:35: min 0.5 is above max 0.1" },
    { "'min': 0.01", "'min': 0", "11:35: a log axis needs min above 0, not 0" },
    { "'min': 0.01", "'min': -0.01", "11:35: a log axis needs min above 0, not -0.01" },
    { "'min': 0.01, 'max': 0.1, 'scaling': 'log'", "'min': -1, 'max': 0.1, 'scaling': 'linear'",
      "11:35: learning_rate = -1 is outside its range [0, inf)" },
    { "'min': 0.01", "'min': 'low'", "11:35: 'min' must be a number" },
    { RATE, RATE ", 'beta1': { 'min': 0.5, 'max': 1.0, 'scaling': 'linear' }",
      "11:103: beta1 = 1 is outside its range [0, 1)" },
    { RATE, RATE ", 'one_minus_beta1': { 'min': 0.0, 'max': 0.5, 'scaling': 'linear' }",
      "11:101: 'one_minus_beta1' = 0: beta1 = 1 is outside its range [0, 1)" },
    { RATE, RATE ", 'one_minus_beta1': { 'min': 0.1, 'max': 1.5, 'scaling': 'log' }",
      "11:113: 'one_minus_beta1' = 1.5: beta1 = -0.5 is outside its range [0, 1)" },
    { RATE, RATE ", 'epsilon': -1", "11:84: epsilon = -1 is outside its range (0, inf)" },
    { RATE, RATE ", 'epsilon': null", "11:84: 'epsilon' must be a number" },
    { RATE, RATE ", 'epsilon': '1e-8'", "11:84: 'epsilon' must be a number" },
    { RATE, RATE ", 'epsilon': true", "11:84: 'epsilon' must be a number" },
    { RATE, RATE ", 'epsilon': [1e-8]", "11:84: 'epsilon' must be a number" },
    { RATE, RATE ", 'epsilon_form': 'torch'", "11:89: unknown epsilon_form 'torch'; use choi, kingma or inside" },
    { RATE, RATE ", 'epsilon_form': 1", "11:89: 'epsilon_form' must be a string" },
    { RATE, RATE ", 'epsilon_form': { 'min': 0, 'max': 1, 'scaling': 'linear' }",
      "11:89: 'epsilon_form' is a choice; list its values as feasible_points" },
    { RATE, RATE ", 'epsilon_form': { 'feasible_points': ['choi', 'torch'] }",
      "11:119: unknown epsilon_form 'torch'; use choi, kingma or inside" },
    { RATE, RATE ", 'epsilon': { 'feasible_points': [] }",
      "11:105: 'feasible_points' must be an array with at least one value" },
    { RATE, RATE ", 'epsilon': { 'feasible_points': 1e-8 }",
      "11:105: 'feasible_points' must be an array with at least one value" },
    { RATE, RATE ", 'epsilon': { 'feasible_points': [1e-8, -1] }",
      "11:112: epsilon = -1 is outside its range (0, inf)" },
    { RATE, RATE ", 'epsilon': { 'feasible_points': [1e-8], 'min': 0 }",
      "11:113: unknown key 'min'; use feasible_points or about" },
    { RATE, RATE ", 'schedule.end_factor': 2", "11:96: end_factor = 2 is outside its range [0, 1]" },
    { RATE, RATE ", 'schedule.decay_fraction': 0", "11:100: decay_fraction = 0 is outside its range (0, 1]" },
    { RATE, RATE ", 'schedule.warmup_steps': 2.5", "11:98: warmup_steps = 2.5 must be a whole number in [0, 2^53]" },
    { RATE, RATE ", 'schedule.warmup_steps': 10",
      "10:16: warmup_steps = 10 leaves nothing of 10 steps for schedule 'linear'" },
    { RATE, RATE ", 'schedule.warmup_steps': { 'feasible_points': [2, 10, 3] }",
      "10:16: warmup_steps = 10 leaves nothing of 10 steps for schedule 'linear'" },
    { RATE, RATE ", 'schedule.rates': [0.1]", "11:73: schedule 'linear' takes no rates; schedule 'list' does" },
    { "'schedule': 'linear',\n      " SPACE, "'schedule': 'list',\n      'space': { 'learning_rate': 0.1 }",
      "10:16: 'schedule.rates' is missing here: a space must settle the learning rate" },
    { "'schedule': 'linear',\n      " SPACE, "'schedule': 'list',\n      'space': { 'schedule.rates': [0.1, 0.1] }",
      "10:16: schedule 'list' has 2 rates for 10 steps" },
    { "'schedule': 'linear',\n      " SPACE, "'schedule': 'list',\n      'space': { 'schedule.rates': 0.1 }",
      "10:36: 'schedule.rates' must be an array of numbers" },
    { "'schedule': 'linear',\n      " SPACE, "'schedule': 'list',\n      'space': { 'schedule.rates': [0.1, 'x'] }",
      "10:42: this must be a number" },
    { "'schedule': 'linear',\n      " SPACE,
      "'schedule': 'list',\n      'space': { 'schedule.rates': [-1,1,1,1,1,1,1,1,1,1] }",
      "10:16: rate 1 of schedule 'list' is -1; it must be a number of at least 0" },
    /* lists of points */
    { SPACE, "'space': []", "10:16: 'space' lists no point" },
    { SPACE, "'space': [ { 'learning_rate': 0.1 }, { 'learning_rate': 0.2 } ]",
      "10:16: this space holds 2 points, the budget asks for 4 trials" },
    { SPACE, "'space': [ 0.1, 0.2, 0.3, 0.4 ]", "10:18: this must be an object {...}" },
    { SPACE, "'space': [ { 'learning_rate': { 'feasible_points': [0.1, 0.2] } } ]",
      "10:18: 'learning_rate' must be one value in a complete point" },
    { SPACE, "'space': [ { 'learning_rate': 0.1 }, { 'epsilon': 0.2 } ]",
      "10:46: the first point does not name 'epsilon'; all points name the same" },
    { SPACE, "'space': [ { 'learning_rate': 0.1, 'epsilon': 1 }, { 'learning_rate': 0.2 } ]",
      "10:58: all points name the same; the first names 2 values, this one 1" },
    { SPACE, "'space': [ { 'learning_rate': 0.1 }, { 'learning_rate': -1 } ]",
      "10:63: learning_rate = -1 is outside its range [0, inf)" },
    { SPACE,
      "'space': [ { 'learning_rate': 1, 'schedule.warmup_steps': 1 }, { 'learning_rate': 1, 'schedule.warmup_steps': "
      "10 },\n        { 'learning_rate': 1, 'schedule.warmup_steps': 2 }, { 'learning_rate': 1, "
      "'schedule.warmup_steps': 3 } ]",
      "10:16: warmup_steps = 10 leaves nothing of 10 steps for schedule 'linear'" },
    { "'schedule': 'linear',\n      " SPACE,
      "'schedule': 'list',\n      'space': [ { 'schedule.rates': [1,1,1,1,1,1,1,1,1,1] } ]",
      "10:18: 'schedule.rates' are the same for all points of an arm; write the space as axes" },
};

/* The text of a case, to be given back with free(). */
static char *text_of(const bad_study *study)
{
    char *text = calloc(strlen(good) + strlen(study->put) + 1, 1);
    const char *at = study->find ? strstr(good, study->find) : NULL;
    if (study->find && !at) fail_msg("'%s' is not in the good study", study->find);
    if (at)
        sprintf(text, "%.*s%s%s", (int)(at - good), good, study->put, at + strlen(study->find));
    else
        strcpy(text, study->put);
    test_quote(text);
    return text;
}

static bool is_sentence(const char *said, const char *expected)
{
    size_t n = strlen(expected);
    bool open = n > 3 && !strcmp(expected + n - 3, "...");
    return open ? !strncmp(said, expected, n - 3) : !strcmp(said, expected);
}

static void the_good_study_is_good(void **state)
{
    fl_error error;
    char *text = text_of(&(bad_study){ "'base'", "'base'", "" });
    fl_study *study = fl_study_load_text("good.json", text, NULL, &error);
    if (!study) fail_msg("%s", error.text);
    fl_study_free(study);
    free(text);
}

static void every_mistake_gets_its_sentence_and_place(void **state)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fl_error error = { .text = "nothing is wrong" };
        char *text = text_of(&bad[i]);
        fl_study *study = fl_study_load_text("bad.json", text, NULL, &error);
        bool placed = !strncmp(error.text, "bad.json:", 9);
        if (study || !placed || error.fault != FL_ERROR_USER || !is_sentence(error.text + 9, bad[i].sentence)) {
            print_error("case %zu: '%s', not '%s'\n", i, error.text, bad[i].sentence);
            n_wrong++;
        }
        fl_study_free(study);
        free(text);
    }
    assert_int_equal(n_wrong, 0);
}

/* What the command line changes is reported as such. */
static void mistakes_of_the_command_line_say_so(void **state)
{
    fl_error error;
    fl_study_overrides overrides = { .steps = 3 };
    char *text = text_of(&(bad_study){ RATE, RATE ", 'schedule.warmup_steps': 5", "" });
    assert_null(fl_study_load_text("bad.json", text, &overrides, &error));
    assert_contains(error.text, "bad.json (with the command line's changes):");
    assert_contains(error.text, "warmup_steps = 5 leaves nothing of 3 steps for schedule 'linear'");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_study_is_good),
        cmocka_unit_test(every_mistake_gets_its_sentence_and_place),
        cmocka_unit_test(mistakes_of_the_command_line_say_so),
    };
    return test_run(tests, NULL, NULL);
}
