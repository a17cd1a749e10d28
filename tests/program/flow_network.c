/* The same study gives the same records, however it is run, on a network that has all that goes on from step to step
 * and all that is drawn: running statistics, dropout, augmented inputs, an LSTM, batches that grow, snapshots. */
#include "support/faults.h"
#include "support/program.h"

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

/* A text in streams, whose LSTM begins each batch with what the one before left. */
static const char stream[] =
    "{ 'study': 'stream', 'backend': 'naive', 'batch_size': 8,"
    "  'workload': { 'workload': 'own/stream', 'data': { 'text': 'stream.txt', 'length': 10 },"
    "    'layers': [ { 'kind': 'embedding', 'vocabulary': 7, 'out': 4 }, { 'kind': 'lstm', 'out': 16, 'carry': true },"
    "                { 'kind': 'dense', 'out': 7 } ],"
    "    'loss': { 'kind': 'softmax_cross_entropy' } },"
    "  'budget': { 'trials': 2, 'steps': 300, 'eval_every': 150 },"
    "  'arms': [ { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-2, 'scaling': 'log' } } } ] }";

static int set_up(void **state)
{
    char text[4000], path[FL_FILE_PATH_MAX];
    program_set_up(state);
    program_run_once("network", study);
    for (size_t i = 0; i < sizeof text; i++) text[i] = "abcdefg"[(i + i / 50) % 7];
    fl_file_path_join(path, folder, "stream.txt");
    put_file(path, text, sizeof text);
    put_study(folder, "stream.json", stream);
    assert_runs(0, folder, "run", "stream.json", "-o", "stream", "-j", "1");
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

/* Start a run, kill it where its worker waits at such a call, do both again, and let it end. */
static void assert_kills_change_nothing(const char *file, const char *right, const char *every, const char *call,
                                        size_t at, size_t n_kills)
{
    char out[40];
    snprintf(out, sizeof out, "%s-%s", right, every);
    for (size_t n = 0; n < n_kills; n++) {
        fault_hold(call, "worker", at);
        command c = command_start(folder, WORDS("run", file, "-o", out, "-j", "1", "--checkpoint-every", every));
        fault_wait_held(1);
        kill(c.pid, SIGKILL);
        command_wait(&c);
        assert_int_equal(c.code, 128 + SIGKILL);
        command_free(&c);
        fault_let_go();
    }
    assert_runs(0, folder, "run", file, "-o", out, "-j", "1", "--checkpoint-every", every);
    assert_same_store(folder, right, out);
    assert_int_equal(store_count(folder, out, "trials"), store_count(folder, right, "trials"));
}

/* Before its sixth checkpoint a trial goes on from the fifth; before the outcome of the second, which is never saved,
 * that one begins again: after one for its readiness a worker writes outcomes alone. Either leaves the same records. */
static void kills_and_checkpoints_change_nothing(void **state)
{
    assert_kills_change_nothing("network.json", "once", "7", "rename", 6, 4);
    assert_kills_change_nothing("network.json", "once", "1000", "write", 3, 2);
}

static void nor_where_a_batch_goes_on_in_the_text_of_the_one_before(void **state)
{
    assert_kills_change_nothing("stream.json", "stream", "7", "rename", 6, 2);
}

static void a_killed_worker_changes_nothing(void **state)
{
    long workers[2];
    fault_hold("rename", "worker", 9); /* of six a trial: inside the second */
    command c =
        command_start(folder, WORDS("run", "network.json", "-o", "worker", "-j", "1", "--checkpoint-every", "9"));
    fault_wait_held(1);
    assert_int_equal(command_workers(&c, workers), 1);
    kill((pid_t)workers[0], SIGKILL);
    fault_let_go();
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
        cmocka_unit_test(nor_where_a_batch_goes_on_in_the_text_of_the_one_before),
        cmocka_unit_test(a_killed_worker_changes_nothing),
        cmocka_unit_test(the_records_verify),
    };
    return test_run(tests, set_up, program_tear_down);
}
