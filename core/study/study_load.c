/* Studies loaded from a file or a text, with the command line's overrides. */
#include "base/file.h"
#include "base/memory.h"
#include "study/study_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_in(json_t *root, const char *object, const char *key, json_t *value)
{
    json_t *inner = json_object_get(root, object);
    if (!inner) json_object_set_new(root, object, inner = json_object());
    json_object_set_new(inner, key, value);
}

static void override(json_t *root, const fl_study_overrides *o)
{
    if (o->trials) set_in(root, "budget", "trials", json_integer((json_int_t)o->trials));
    if (o->steps) set_in(root, "budget", "steps", json_integer((json_int_t)o->steps));
    if (o->backend) json_object_set_new(root, "backend", json_string(o->backend));
    if (o->precision) json_object_set_new(root, "precision", json_string(o->precision));
    if (o->has_seed) {
        set_in(root, "seeds", "first", json_integer((json_int_t)o->seed));
        set_in(root, "search", "seed", json_integer((json_int_t)o->seed));
    }
    if (o->select) json_object_set_new(root, "select", json_string(o->select));
    if (o->target)
        json_object_set_new(root, "target", json_pack("{s:s, s:f}", "metric", o->target, "value", o->target_value));
    if (o->baseline) {
        json_object_del(json_object_get(root, "claims"), "pairs");
        set_in(root, "claims", "baseline", json_string(o->baseline));
    }
}

static bool overrides_anything(const fl_study_overrides *o)
{
    return o && (o->trials || o->steps || o->backend || o->precision || o->has_seed || o->select || o->target ||
                 o->baseline);
}

/* The document with the overrides in it; `document` is taken over. */
static fl_json *overridden(fl_json *document, const char *name, const fl_study_overrides *overrides, fl_error *error)
{
    char as[FL_FILE_PATH_MAX + 40];
    snprintf(as, sizeof as, "%s (with the command line's changes)", name);
    json_t *root = json_deep_copy(fl_json_value(fl_json_root(document)));
    override(root, overrides);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fl_json_free(document);
    document = fl_json_load_text(as, text, strlen(text), error);
    free(text);
    json_decref(root);
    return document;
}

/* What a reader chose unlike the study itself. Claims chosen so are not declared. */
static void mark_later(fl_study *study, const fl_study *itself)
{
    study->select_later = study->select != itself->select;
    study->target_later = study->has_target && (!itself->has_target || study->target != itself->target ||
                                                study->target_value != itself->target_value);
    study->claims_later = study->claims.baseline != itself->claims.baseline;
    study->claims.declared &= !study->claims_later;
}

/* What the command line changes leaves an arm where the file has it. */
static void take_places(fl_study *study, const fl_study *itself)
{
    for (fl_study_arm *arm = study->arms; arm < study->arms + study->n_arms; arm++)
        for (size_t i = 0; i < itself->n_arms; i++) {
            const fl_study_arm *same = &itself->arms[i];
            if (strcmp(same->label, arm->label) || !fl_study_same_parallel(same, arm)) continue;
            free(arm->place);
            arm->place = fl_memory_copy_text(same->place);
            break;
        }
}

static fl_study *load(fl_json *document, const char *name, const fl_study_overrides *overrides, fl_error *error)
{
    if (!document) return NULL;
    fl_study *study = fl_study_read(document, error); /* first as it stands, so that places are the file's own */
    if (study && overrides_anything(overrides)) {
        fl_study *itself = study;
        document = overridden(document, name, overrides, error);
        study = document ? fl_study_read(document, error) : NULL;
        if (study) mark_later(study, itself);
        if (study) take_places(study, itself);
        fl_study_free(itself);
    }
    if (study && overrides && overrides->to_run && !fl_study_runnable(fl_json_root(document), study, error)) {
        fl_study_free(study);
        study = NULL;
    }
    if (study) {
        study->resolved = fl_study_resolved(study, fl_json_value(fl_json_root(document)));
        study->narrowed_from = json_object_get(study->resolved, "narrowed_from");
    }
    fl_json_free(document);
    return study;
}

fl_study *fl_study_load(const char *path, const fl_study_overrides *overrides, fl_error *error)
{
    return load(fl_json_load(path, error), path, overrides, error);
}

fl_study *fl_study_load_text(const char *name, const char *text, const fl_study_overrides *overrides, fl_error *error)
{
    return load(fl_json_load_text(name, text, strlen(text), error), name, overrides, error);
}
