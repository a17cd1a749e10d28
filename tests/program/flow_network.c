/* The same study gives the same records, however it is run, on a network that has all that goes on from step to step
 * and all that is drawn: running statistics, dropout, augmented inputs, an LSTM, batches that grow, snapshots. */
#include "support/program.h"

#include <signal.h>
#include <unistd.h>

static const char study[] =
    "{ 'study': 'network', 'backend': 'naive', 'batch_size': 8, 'snapshots': 2,"
    "  'workload': { 'workload': 'own/all', 'data': 'glyphs',"
    "    'inputs': [ 'standardize', { 'crop': 2 }, 'flip', { 'noise': 0.1 }, { 'brightness': 0.1 } ],"
    "    'layers': [ { 'kind': 'convolution', 'out': 2, 'kernel': 5, 'stride': 4, 'bias': false },"
    "                { 'kind': 'batch_norm' }, { 'kind': 'relu' }, { 'kind': 'sequence', 'by': 'rows' },"
    "                { 'kind': 'lstm', 'out': 6 }, { 'kind': 'dropout', 'rate': 0.2 }, { 'kind': 'last' },"
    "                { 'kind': 'dense', 'out': 10 } ],"
    "    'loss': { 'kind': 'softmax_cross_entropy' } },"
    "  'split': { 'validation': 200 },"
    "  'budget': { 'trials': 2, 'steps': 60, 'eval_every': 30, 'test': 'scored' },"
    "  'arms': [ { 'arm': 'adam', 'optimizer': 'adam', 'schedule': 'cosine_restarts',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-2, 'scaling': 'log' },"
    "                         'dropout': { 'min': 0.1, 'max': 0.4, 'scaling': 'linear' }, 'label_smoothing': 0.1,"
    "                         'workload.init': 'orthogonal', 'schedule.cycles': 3, 'batch.factor': 2, 'batch.every': "
    "15 } },"
    "            { 'arm': 'momentum', 'optimizer': 'momentum', 'schedule': 'cosine_restarts',"
    "              'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' }, 'schedule.cycles': 3 } } "
    "] }";

static int set_up(void **state)
{
    program_set_up(state);
    program_run_once("network", study);
    return 0;
}

static void workers_and_shards_change_nothing(void **state)
{
    assert_int_equal(store_count(folder, "once", "trials"), 4);
    assert_runs(0, folder, "run", "network.json", "-o", "two", "-j", "2");
    assert_same_store(folder, "once", "two");
    assert_runs(0, folder, "run", "network.json", "-o", "shards", "--shard", "1/2", "-j", "1");
    assert_runs(0, folder, "run", "network.json", "-o", "shards", "--shard", "2/2", "-j", "1");
    assert_same_store(folder, "once", "shards");
}

/* A kill lands anywhere in a trial: it begins again, or goes on from a checkpoint, which leaves the same records. */
static void kills_and_checkpoints_change_nothing(void **state)
{
    static const char *const every[] = { "7", "1000" };
    for (size_t i = 0; i < 2; i++) {
        char out[40];
        size_t n_killed = 0;
        snprintf(out, sizeof out, "killed-%s", every[i]);
        for (size_t n = 0; n <= 2; n++) {
            command c = command_start(
                folder, WORDS("run", "network.json", "-o", out, "-j", "1", "--checkpoint-every", every[i]));
            command_lower(&c);
            store_wait(folder, out, n);
            usleep(100000); /* inside the next trial */
            kill(c.pid, SIGKILL);
            command_wait(&c);
            n_killed += c.code == 128 + SIGKILL;
            command_free(&c);
        }
        assert_true(n_killed > 0);
        assert_runs(0, folder, "run", "network.json", "-o", out, "-j", "1", "--checkpoint-every", every[i]);
        assert_same_store(folder, "once", out);
        assert_int_equal(store_count(folder, out, "trials"), 4);
    }
}

static void a_killed_worker_changes_nothing(void **state)
{
    long workers[2];
    command c =
        command_start(folder, WORDS("run", "network.json", "-o", "worker", "-j", "1", "--checkpoint-every", "9"));
    command_lower(&c);
    command_wait_workers(&c, 1, 0, workers);
    store_wait(folder, "worker", 1);
    kill((pid_t)workers[0], SIGKILL); /* inside the second trial */
    command_wait(&c);
    assert_int_equal(c.code, 0);
    command_free(&c);
    assert_same_store(folder, "once", "worker");
}

/* Every record's command makes its bits again, with workloads/HASH.json for all that it needs. */
static void the_records_verify(void **state)
{
    assert_runs(0, folder, "verify", "once", "--sample", "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_and_shards_change_nothing),
        cmocka_unit_test(kills_and_checkpoints_change_nothing),
        cmocka_unit_test(a_killed_worker_changes_nothing),
        cmocka_unit_test(the_records_verify),
    };
    return test_run(tests, set_up, program_tear_down);
}
