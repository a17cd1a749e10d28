/* The networks of a study: drawn by Graphviz where it is installed, and as a table of layers, shapes and parameters. */
#include "page/report_dot.h"
#include "page/report_parts.h"

#include <stdio.h>
#include <string.h>

/* A workload at a trial's options, as far as the shape of its examples is known. */
typedef struct network {
    const fl_workload *workload;
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape in, out[FL_WORKLOAD_LAYERS];
    size_t n, number; /* layers without the loss; of the network on the page */
} network;

static const char *source_of(const network *net, size_t from)
{
    return from ? net->layers[from - 1].name : "input";
}

static fl_tensor_shape shape_of(const network *net, size_t from)
{
    return from ? net->out[from - 1] : net->in;
}

static size_t parameters_of(const network *net, size_t i)
{
    fl_tensor tensors[FL_LAYER_TENSORS];
    const fl_layer *layer = &net->layers[i];
    size_t n = fl_layer_tensors(layer, shape_of(net, layer->from[0]), tensors), sum = 0;
    for (size_t k = 0; k < n; k++) sum += tensors[k].n_values;
    return sum;
}

/* --- the drawing; names are letters, digits, _ and - alone --- */

static void draw_node(fl_text *graph, const network *net, size_t place, const char *name, const char *kind)
{
    char shape[FL_TENSOR_SHAPE_TEXT];
    size_t parameters = place ? parameters_of(net, place - 1) : 0;
    fl_tensor_shape_text(shape_of(net, place), shape);
    fl_text_add(graph, "n%zu [id=\"network%zu-%zu\", label=\"%s\\n%s", place, net->number, place, kind ? kind : name,
                shape);
    if (parameters) fl_text_add(graph, "\\n%zu parameters", parameters);
    fl_text_add(graph, "\"];\n");
}

static void draw_edges(fl_text *graph, const network *net, size_t i)
{
    const fl_layer *layer = &net->layers[i];
    for (size_t k = 0; k < layer->n_from; k++)
        fl_text_add(graph, "n%zu -> n%zu [id=\"network%zu-%zu-%zu\"];\n", layer->from[k], i + 1, net->number, i + 1, k);
}

static void draw(fl_text *graph, const network *net)
{
    fl_text_add(graph,
                "digraph network { id=\"network%zu\"; bgcolor=transparent; rankdir=TB; ranksep=.25; nodesep=.3;\n"
                "node [shape=box, style=rounded, fontname=sans, fontsize=10, height=.3, margin=\".12,.05\"];\n"
                "edge [arrowsize=.6];\n",
                net->number);
    draw_node(graph, net, 0, "input", NULL);
    for (size_t i = 0; i < net->n; i++) {
        char label[FL_TENSOR_NAME + 80];
        const char *name = net->layers[i].name, *kind = fl_layer_word(net->layers[i].kind);
        bool telling = !strncmp(name, kind, strlen(kind)); /* "dense1" */
        snprintf(label, sizeof label, "%s%s%s", name, telling ? "" : ": ", telling ? "" : kind);
        draw_node(graph, net, i + 1, name, label);
        draw_edges(graph, net, i);
    }
    fl_text_add(graph, "}\n");
}

static void add_drawing(fl_text *page, const network *net)
{
    fl_text graph = { 0 }, drawing = { 0 };
    draw(&graph, net);
    if (dot_add(&drawing, &graph))
        fl_text_add(page,
                    "<figure class=\"network\" role=\"img\" aria-label=\"The network's layers, from its input on\">%s"
                    "</figure>\n",
                    drawing.bytes);
    fl_text_free(&graph);
    fl_text_free(&drawing);
}

/* --- the table --- */

static void add_row(fl_text *page, const network *net, size_t i)
{
    char shape[FL_TENSOR_SHAPE_TEXT];
    const fl_layer *layer = &net->layers[i];
    size_t parameters = parameters_of(net, i);
    fl_tensor_shape_text(net->out[i], shape);
    fl_text_add(page, "<tr><th scope=\"row\">%s<td class=\"words\">%s<td class=\"words\">", layer->name,
                fl_layer_word(layer->kind));
    for (size_t k = 0; k < layer->n_from; k++) fl_text_add(page, "%s%s", k ? ", " : "", source_of(net, layer->from[k]));
    fl_text_add(page, "<td>%s<td>", shape);
    if (parameters) fl_text_add(page, "%zu", parameters);
    fl_text_add(page, "\n");
}

static void add_table(fl_text *page, const network *net)
{
    fl_text_add(
        page, "<div class=\"wide\" tabindex=\"0\"><table class=\"narrow\"><thead><tr><th>Layer<th class=\"words\">Kind"
              "<th class=\"words\">Reads<th>Gives<th>Parameters<tbody>\n");
    for (size_t i = 0; i < net->n; i++) add_row(page, net, i);
    fl_text_add(page, "</table></div>\n");
}

static void add_network(fl_text *page, const network *net)
{
    size_t parameters = 0;
    for (size_t i = 0; i <= net->n; i++) parameters += parameters_of(net, i);
    fl_text_add(page, "<details class=\"network\"><summary>The network of %s: %zu layers, %zu parameters</summary>\n",
                net->workload->entry.name, net->n, parameters);
    add_drawing(page, net);
    add_table(page, net);
    fl_text_add(page, "</details>\n");
}

static bool seen_before(const fl_study *study, size_t arm)
{
    for (size_t i = 0; i < arm; i++)
        if (study->arms[i].base.owners.workload == study->arms[arm].base.owners.workload) return true;
    return false;
}

/* A loss without layers is no network, and examples that are not at hand have no shape. */
static bool make(const fl_trial *base, network *net)
{
    const double *options = base->values.of[FL_TRIAL_OF_WORKLOAD];
    net->workload = base->owners.workload;
    net->in = net->workload->dataset->shape;
    net->n = fl_workload_layers(net->workload, options, net->layers) - 1;
    if (!net->n || !fl_tensor_shape_size(net->in)) return false;
    net->in.n = 1;
    if (!fl_workload_fits(net->workload, options, &(fl_workload_batch){ net->in }, NULL)) return false;
    fl_workload_shapes(net->workload, options, net->in, net->out);
    net->number++;
    return true;
}

void report_networks(fl_text *page, const fl_summary *summary)
{
    static network net; /* numbered through all studies of the page */
    const fl_study *study = summary->results->study;
    for (size_t i = 0; i < study->n_arms; i++)
        if (!seen_before(study, i) && make(&study->arms[i].base, &net)) add_network(page, &net);
}
