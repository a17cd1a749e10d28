/* oneDNN: its primitives in the layouts it likes best, from the first layer to the last; f32, and bf16 with f32 master
 * weights and gradients. Losses and LSTM are the canonical ops that all fast backends share, in f32.
 */
#include "backend/canonical.h"
#include "backend/backend.h"

#ifdef FL_HAVE_ONEDNN

#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_product.h"
#include "backend/threads.h"
#include <dlfcn.h>
#include <dnnl_debug.h>
#include <stdlib.h>

/* In f32 every x86-64 processor will do. Without the instructions oneDNN would emulate bf16, slower than f32. */
static bool usable(fl_backend_precision precision, fl_error *error)
{
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    if (precision == FL_BACKEND_F32 || (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16)
        return true;
    return fl_error_user(error,
                         "backend 'onednn' computes in bf16 only on processors with AVX512_BF16; oneDNN uses %s here",
                         dnnl_cpu_isa2str(isa) + sizeof "cpu_isa_" - 1);
}

/* The library brings its OpenMP along, so the call that sets its threads is looked up in the process. */
static bool start(unsigned threads, fl_error *error)
{
    void (*set_threads)(int);
    *(void **)&set_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set_threads)
        set_threads((int)threads);
    else if (threads != 1)
        return fl_error_machine(error, "this oneDNN has no OpenMP and computes with one thread only");
    fl_backend_threads_flush(threads);
    return true;
}

/* What of the environment changes results: kernels, and how many threads of those asked for there really are. */
static void describe_environment(fl_text *text)
{
    static const char *const names[] = {
        "ONEDNN_MAX_CPU_ISA",         "DNNL_MAX_CPU_ISA",         "ONEDNN_CPU_ISA_HINTS", "DNNL_CPU_ISA_HINTS",
        "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE", "OMP_DYNAMIC",          "OMP_THREAD_LIMIT"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) fl_text_add(text, ", %s=%s", names[i], getenv(names[i]));
}

static void describe(fl_text *text)
{
    const dnnl_version_t *version = dnnl_version();
    fl_text_add(text, "oneDNN %d.%d.%d, %s", version->major, version->minor, version->patch,
                dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa()) + sizeof "cpu_isa_" - 1);
    describe_environment(text);
}

/* The canonical ops. */
static bool reads_canonical(const fl_layer *layer)
{
    static const bool canonical[FL_LAYER_KINDS] = {
        [FL_LAYER_LSTM] = true,
        [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = true,
        [FL_LAYER_SIGMOID_CROSS_ENTROPY] = true,
        [FL_LAYER_MEAN_SQUARED] = true,
    };
    return canonical[layer->kind] || (layer->kind == FL_LAYER_DENSE && layer->groups > 1);
}

#else

#include "backend/absent.h"
FL_BACKEND_ABSENT("onednn", "oneDNN", "libdnnl-dev")

#endif

const fl_backend fl_backend_onednn = {
    .entry = { "onednn", "oneDNN primitives in their own layouts, f32 and bf16", "oneDNN (oneapi-src/oneDNN)" },
    .usable = usable,
    .start = start,
    .describe = describe,
#ifdef FL_HAVE_ONEDNN
    .product = fl_onednn_product,
    .plan =
        (fl_backend_op_maker *const[FL_LAYER_KINDS]){
            [FL_LAYER_DENSE] = fl_onednn_dense,
            [FL_LAYER_CONVOLUTION] = fl_onednn_convolution,
            [FL_LAYER_MAX_POOL] = fl_onednn_max_pool,
            [FL_LAYER_AVERAGE_POOL] = fl_onednn_windows,
            [FL_LAYER_RELU] = fl_onednn_relu,
            [FL_LAYER_SIGMOID] = fl_onednn_each,
            [FL_LAYER_TANH] = fl_onednn_each,
            [FL_LAYER_GELU] = fl_onednn_each,
            [FL_LAYER_BATCH_NORM] = fl_onednn_batch_norm,
            [FL_LAYER_LAYER_NORM] = fl_onednn_layer_norm,
            [FL_LAYER_ADD] = fl_onednn_sum,
            [FL_LAYER_CONCATENATE] = fl_onednn_channels,
            [FL_LAYER_SUBSAMPLE] = fl_onednn_channels,
            [FL_LAYER_FLATTEN] = fl_onednn_flatten,
            [FL_LAYER_LSTM] = fl_onednn_lstm,
            [FL_LAYER_ATTENTION] = fl_onednn_attention,
            [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = fl_backend_softmax_cross_entropy,
            [FL_LAYER_SIGMOID_CROSS_ENTROPY] = fl_backend_sigmoid_cross_entropy,
            [FL_LAYER_MEAN_SQUARED] = fl_backend_mean_squared,
        },
    .reads_canonical = reads_canonical,
    .examples = { [FL_BACKEND_BF16] = FL_BACKEND_BF16 },
    .inner = fl_onednn_inner,
    .to_canonical = fl_onednn_to_canonical,
    .convolution_sum = fl_onednn_convolution_sum,
#endif
};
