/* The memory that is left, from kernel files as a host, a Slurm job and a container show them. */
#include "base/capacity.h"
#include "support/folder.h"

static char root[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    folder_make(root);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

static void put(const char *file, const char *text)
{
    char path[FL_FILE_PATH_MAX], parent[FL_FILE_PATH_MAX];
    snprintf(path, sizeof path, "%.4000s%s", root, file);
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(path, '/') - path), path);
    assert_true(fl_file_folder_make(parent, NULL) && fl_file_write(path, text, strlen(text), NULL));
}

static void machine_has(const char *kib, const char *groups)
{
    char text[200];
    snprintf(text, sizeof text, "MemTotal:    8000000 kB\nMemFree:  10 kB\nMemAvailable:   %s kB\n", kib);
    put("/proc/meminfo", text);
    put("/proc/self/cgroup", groups);
}

static void what_is_available_counts_and_not_what_the_machine_has(void **state)
{
    machine_has("5003", "0::/user.slice\n");
    assert_true(fl_capacity_left(root) == 5003.0 * 1024);
}

/* Limits on the job above and the step below it: what each has used counts, but for what can be given back. */
static void every_group_above_may_have_the_least(void **state)
{
    machine_has("7000000", "1:name=systemd:/\n0::/slurm/job_7/step_0\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "11\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.max", "3000017\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.current", "1000003\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.stat", "anon 5\nfile 900\ninactive_file 701\nslab 3\n");
    put("/sys/fs/cgroup/slurm/memory.max", "5000000\n");
    put("/sys/fs/cgroup/slurm/memory.current", "2000000\n");
    assert_true(fl_capacity_left(root) == 3000017 - 1000003 + 701);
    put("/sys/fs/cgroup/slurm/memory.current", "4900000\n");
    assert_true(fl_capacity_left(root) == 100000);
}

static void a_group_of_the_first_version_has_its_own_names(void **state)
{
    machine_has("7000000", "9:cpu,cpuacct:/\n4:hugetlb,memory:/docker/ab:c\n0::/\n");
    put("/sys/fs/cgroup/memory/docker/ab:c/memory.limit_in_bytes", "2000003\n");
    put("/sys/fs/cgroup/memory/docker/ab:c/memory.usage_in_bytes", "500000\n");
    put("/sys/fs/cgroup/memory/docker/ab:c/memory.stat", "inactive_file 1\ntotal_inactive_file 40\n");
    assert_true(fl_capacity_left(root) == 2000003 - 500000 + 40);
}

/* The path is the host's, and what is mounted begins at the container's own group. */
static void a_container_finds_its_limit_at_the_root(void **state)
{
    machine_has("7000000", "4:memory:/docker/abc\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1000003\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "3\n");
    assert_true(fl_capacity_left(root) == 1000000);
}

static void without_the_kernels_files_the_machine_counts(void **state)
{
    assert_true(fl_capacity_left(root) > 1e6);
}

static void many_alike_have_a_part_each(void **state)
{
    fl_error error;
    double all = fl_capacity_bytes();
    fl_capacity_divide(5);
    double part = fl_capacity_bytes();
    assert_true(part < 0.3 * all);
    assert_false(fl_capacity_holds("it", 0.5 * all, &error));
    assert_contains(error.text, "for each of 5 processes; fewer (-j, -np) have more");
    fl_capacity_divide(1);
    assert_true(fl_capacity_holds("it", 0.5 * all, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_available_counts_and_not_what_the_machine_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_group_above_may_have_the_least, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_of_the_first_version_has_its_own_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_container_finds_its_limit_at_the_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_kernels_files_the_machine_counts, set_up, tear_down),
        cmocka_unit_test(many_alike_have_a_part_each),
    };
    return test_run(tests, NULL, NULL);
}
