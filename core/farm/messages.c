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

void fl_farm_message_send_checkpoint(fl_wire *wire, int to, uint64_t number, const char *path)
{
    char *bytes;
    size_t n;
    if (!fl_file_exists(path) || !fl_file_read(path, &bytes, &n, NULL)) return;
    fl_wire_message message = { .kind = FL_FARM_CHECKPOINT, .attempt = number, .bytes = bytes, .length = n };
    fl_wire_send(wire, to, &message);
    free(bytes);
}
