/* JSON over the wire. */
#include "farm/messages.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

void fl_farm_message_send(fl_wire *wire, int to, uint64_t kind, uint64_t number, json_t *payload)
{
    char *line = payload ? fl_json_line(payload) : NULL;
    fl_wire_message message = { .kind = kind, .attempt = number, .bytes = line, .length = line ? strlen(line) : 0 };
    fl_wire_send(wire, to, &message);
    free(line);
    json_decref(payload);
}

json_t *fl_farm_message_payload(const fl_wire_message *message)
{
    return json_loadb(message->bytes, message->length, JSON_REJECT_DUPLICATES, NULL);
}

json_t *fl_farm_message_trial(const fl_trial *trial)
{
    json_t *object = fl_trial_json(trial);
    fl_trial_add_definitions(trial, object);
    return object;
}

json_t *fl_farm_message_group(const fl_farm_group *group)
{
    json_t *ranks = json_array();
    if (!group->number) {
        json_decref(ranks);
        return json_null();
    }
    for (size_t i = 0; i < group->size; i++) json_array_append_new(ranks, json_integer(group->ranks[i]));
    return json_pack("{s:I, s:I, s:o, s:f}", "number", (json_int_t)group->number, "place", (json_int_t)group->place,
                     "ranks", ranks, "silence", group->silence);
}

bool fl_farm_message_read_group(const json_t *value, fl_farm_group *group, fl_error *error)
{
    const json_t *ranks = json_object_get(value, "ranks");
    *group = (fl_farm_group){ .number = (uint64_t)json_integer_value(json_object_get(value, "number")),
                              .size = json_array_size(ranks),
                              .place = (size_t)json_integer_value(json_object_get(value, "place")),
                              .silence = json_number_value(json_object_get(value, "silence")) };
    if (json_is_null(value)) return true;
    if (!group->number || group->size > FL_FARM_GROUP_MOST || group->place >= group->size)
        return fl_error_user(error, "a trial came with a group that makes no sense");
    for (size_t i = 0; i < group->size; i++) group->ranks[i] = (int)json_integer_value(json_array_get(ranks, i));
    return true;
}

void fl_farm_message_carry(fl_wire *wire, const fl_farm_group *group, const fl_wire_frame *frame)
{
    fl_wire_message message = { .kind = FL_FARM_CARRY,
                                .attempt = group->number,
                                .step = group->place,
                                .bytes = frame->bytes,
                                .length = frame->length };
    fl_wire_send(wire, group->ranks[frame->peer], &message);
}

void fl_farm_message_deliver(fl_farm_crew *crew, const fl_wire_message *message)
{
    fl_farm_crew_deliver(crew, &(fl_wire_frame){ message->attempt, message->step, message->length, message->bytes });
}

void fl_farm_message_send_checkpoint(fl_wire *wire, int to, uint64_t number, const char *path)
{
    char *bytes;
    size_t n;
    if (!fl_file_exists(path) || !fl_file_read(path, &bytes, &n, NULL)) return;
    fl_wire_message message = { .kind = FL_FARM_CHECKPOINT, .attempt = number, .bytes = bytes, .length = n };
    fl_wire_send(wire, to, &message);
    free(bytes);
}
