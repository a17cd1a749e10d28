/* Names to hyperparameters: plain ones, one minus, couplings. */
#include "trial/setting.h"
#include "support/test.h"

static fl_trial_owners owners_of(const char *optimizer, const char *schedule, const char *workload)
{
    return (fl_trial_owners){ fl_optimizer_find(optimizer, NULL), fl_schedule_find(schedule, NULL),
                              fl_workload_find(workload, NULL) };
}

/* The value of a hyperparameter once `given` settings of these names are applied. */
static double settled(const fl_trial_owners *owners, const char *const *names, const double *given, size_t n,
                      fl_trial_owner owner, const char *wanted)
{
    fl_trial_setting settings[4];
    fl_trial_values values;
    fl_error error;
    size_t n_table;
    const fl_hyper *table = fl_trial_owner_table(owners, owner, &n_table);
    fl_trial_values_default(owners, &values);
    for (size_t i = 0; i < n; i++)
        if (!fl_trial_setting_find(owners, names[i], &settings[i], &error)) fail_msg("%s", error.text);
    fl_trial_settings_apply(settings, given, n, &values);
    return values.of[owner][fl_hyper_index(table, n_table, wanted)];
}

static double rate_of(const char *optimizer, const char *const *names, const double *given, size_t n)
{
    fl_trial_owners owners = owners_of(optimizer, "constant", "quadratic/noisy");
    return settled(&owners, names, given, n, FL_TRIAL_OF_OPTIMIZER, "learning_rate");
}

static void couplings_resolve_to_the_learning_rate(void **state)
{
    /* alpha / epsilon = 1e5 with epsilon = 1e-8 is ordinary Adam's 1e-3 (docs/protocol.md, "Coupled axes"). */
    assert_close(rate_of("adam", (const char *[]){ "learning_rate/epsilon", "epsilon" }, (double[]){ 1e5, 1e-8 }, 2),
                 1e-3, 1e-15);
    /* eta / sqrt(epsilon) = 2 with epsilon = 0.25: eta = 2 * 0.5. */
    assert_true(rate_of("rmsprop", (const char *[]){ "learning_rate/sqrt(epsilon)", "epsilon" }, (double[]){ 2, 0.25 },
                        2) == 1);
    /* eta / (1 - gamma) = 4 with gamma = 0.75: eta = 4 * 0.25. */
    assert_true(rate_of("momentum", (const char *[]){ "learning_rate/(1-momentum)", "momentum" }, (double[]){ 4, 0.75 },
                        2) == 1);
    /* eta wd = 1/16 with wd = 0.25: eta = 1/4. */
    assert_true(rate_of("adamw", (const char *[]){ "learning_rate*weight_decay", "weight_decay" },
                        (double[]){ 0.0625, 0.25 }, 2) == 0.25);
}

static void couplings_do_not_care_about_the_order(void **state)
{
    double first = rate_of("adam", (const char *[]){ "learning_rate/epsilon", "epsilon" }, (double[]){ 3, 0.5 }, 2);
    double last = rate_of("adam", (const char *[]){ "epsilon", "learning_rate/epsilon" }, (double[]){ 0.5, 3 }, 2);
    assert_true(first == 1.5 && last == 1.5);
}

static void a_coupling_takes_its_partner_by_any_name(void **state)
{
    assert_true(rate_of("momentum", (const char *[]){ "learning_rate/(1-momentum)", "one_minus_momentum" },
                        (double[]){ 4, 0.25 }, 2) == 1);
}

static void a_coupling_takes_its_partners_default(void **state)
{
    /* Defaults in docs/protocol.md: momentum .9, epsilon 1e-8, RMSProp's 1e-10. */
    assert_close(rate_of("momentum", (const char *[]){ "learning_rate/(1-momentum)" }, (double[]){ 2 }, 1), 0.2, 1e-15);
    assert_close(rate_of("adam", (const char *[]){ "learning_rate/epsilon" }, (double[]){ 1e5 }, 1), 1e-3, 1e-15);
    assert_close(rate_of("rmsprop", (const char *[]){ "learning_rate/sqrt(epsilon)" }, (double[]){ 100 }, 1), 1e-3,
                 1e-15);
}

static void one_minus_is_one_minus(void **state)
{
    fl_trial_owners owners = owners_of("adam", "linear", "quadratic/noisy");
    const char *names[] = { "one_minus_beta1", "schedule.one_minus_end_factor" };
    double given[] = { 0.125, 0.75 };
    assert_true(settled(&owners, names, given, 2, FL_TRIAL_OF_OPTIMIZER, "beta1") == 0.875);
    assert_true(settled(&owners, names, given, 2, FL_TRIAL_OF_SCHEDULE, "end_factor") == 0.25);
}

static void prefixes_name_the_owner(void **state)
{
    fl_trial_owners owners = owners_of("sgd", "linear", "quadratic/noisy");
    const char *names[] = { "schedule.decay_fraction", "workload.noise" };
    double given[] = { 0.5, 3 };
    assert_true(settled(&owners, names, given, 2, FL_TRIAL_OF_SCHEDULE, "decay_fraction") == 0.5);
    assert_true(settled(&owners, names, given, 2, FL_TRIAL_OF_WORKLOAD, "noise") == 3);
}

static void defaults_are_the_contracts(void **state)
{
    static const struct {
        const char *optimizer, *name;
        double value;
    } defaults[] = { { "momentum", "momentum", 0.9 }, { "nesterov", "momentum", 0.9 }, { "rmsprop", "rho", 0.9 },
                     { "rmsprop", "momentum", 0.9 },  { "rmsprop", "epsilon", 1e-10 }, { "adam", "beta1", 0.9 },
                     { "adam", "beta2", 0.999 },      { "adam", "epsilon", 1e-8 },     { "nadam", "beta1", 0.9 },
                     { "nadam", "beta2", 0.999 },     { "nadam", "epsilon", 1e-8 } };
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        fl_trial_owners owners = owners_of(defaults[i].optimizer, "constant", "quadratic/noisy");
        assert_true(settled(&owners, NULL, NULL, 0, FL_TRIAL_OF_OPTIMIZER, defaults[i].name) == defaults[i].value);
        assert_true(isnan(settled(&owners, NULL, NULL, 0, FL_TRIAL_OF_OPTIMIZER, "learning_rate")));
    }
}

static void names_that_do_not_exist_are_refused(void **state)
{
    static const char *const names[] = { "momentum",      "learning_rate/(1-momentum)",
                                         "schedule.rho",  "one_minus_epsilon_form",
                                         "one_minus_",    "",
                                         "Epsilon",       "epsilon ",
                                         "workload.size", "one_minus_one_minus_beta1" };
    fl_trial_owners owners = owners_of("adam", "constant", "quadratic/noisy");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_trial_setting setting;
        fl_error error;
        assert_false(fl_trial_setting_find(&owners, names[i], &setting, &error));
        assert_contains(error.text, "has no hyperparameter");
    }
}

static bool accepts(const char *optimizer, const char *name, double value)
{
    fl_trial_owners owners = owners_of(optimizer, "constant", "quadratic/noisy");
    fl_trial_setting setting;
    fl_error error;
    assert_true(fl_trial_setting_find(&owners, name, &setting, &error));
    return fl_trial_setting_accepts(&setting, value, &error);
}

static void ranges_are_judged_after_one_minus(void **state)
{
    assert_true(accepts("momentum", "one_minus_momentum", 1));  /* momentum 0 */
    assert_false(accepts("momentum", "one_minus_momentum", 0)); /* momentum 1 is outside [0, 1) */
    assert_false(accepts("momentum", "one_minus_momentum", 1.5));
    assert_true(accepts("adam", "learning_rate/epsilon", 1e300));
    assert_false(accepts("adam", "learning_rate/epsilon", 0));
    assert_false(accepts("adam", "learning_rate/epsilon", HUGE_VAL));
    assert_false(accepts("adam", "learning_rate", NAN));
}

static void words_of_a_command_line_are_numbers_or_choices(void **state)
{
    static const struct {
        const char *name, *text;
        double value; /* NAN: refused */
    } words[] = { { "beta1", "0.5", 0.5 },         { "beta1", "5e-1", 0.5 },     { "beta1", "", NAN },
                  { "beta1", " 0.5", NAN },        { "beta1", "0.5x", NAN },     { "beta1", "half", NAN },
                  { "epsilon_form", "kingma", 1 }, { "epsilon_form", "1", NAN }, { "epsilon_form", "torch", NAN } };
    fl_trial_owners owners = owners_of("adam", "constant", "quadratic/noisy");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        fl_trial_setting setting;
        fl_error error;
        double value;
        assert_true(fl_trial_setting_find(&owners, words[i].name, &setting, &error));
        bool read = fl_trial_setting_parse(&setting, words[i].text, &value, &error);
        assert_true(read == !isnan(words[i].value));
        if (read) assert_true(value == words[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(couplings_resolve_to_the_learning_rate),
        cmocka_unit_test(couplings_do_not_care_about_the_order),
        cmocka_unit_test(a_coupling_takes_its_partner_by_any_name),
        cmocka_unit_test(a_coupling_takes_its_partners_default),
        cmocka_unit_test(one_minus_is_one_minus),
        cmocka_unit_test(prefixes_name_the_owner),
        cmocka_unit_test(defaults_are_the_contracts),
        cmocka_unit_test(names_that_do_not_exist_are_refused),
        cmocka_unit_test(ranges_are_judged_after_one_minus),
        cmocka_unit_test(words_of_a_command_line_are_numbers_or_choices),
    };
    return test_run(tests, NULL, NULL);
}
