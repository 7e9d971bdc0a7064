/* One pass over three arrays of doubles: the largest |actual - expected| / sigma, the largest
 * |expected| / sigma, and how many elements have a ratio or a sigma that is not finite.
 *
 * The same in NumPy is backproof/ratios.py, which is used where this could not be compiled.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define BEST_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define BEST_VECTORS
#endif

typedef struct {
    double z, sharpness;
    Py_ssize_t odd;
} Ratios;

BEST_VECTORS static void scan(const double *actual, const double *expected, const double *sigma,
                              Py_ssize_t n, Ratios *found)
{
    double z = 0, sharpness = 0;
    Py_ssize_t odd = 0;
#pragma omp simd reduction(max : z, sharpness) reduction(+ : odd)
    for (Py_ssize_t i = 0; i < n; i++) {
        double bar = sigma[i] + 5e-324; /* a sigma of exactly 0 divides no zero by zero */
        double z_i = fabs(actual[i] - expected[i]) / bar;
        double sharpness_i = fabs(expected[i]) / bar;
        z = z_i > z ? z_i : z;
        sharpness = sharpness_i > sharpness ? sharpness_i : sharpness;
        odd += !(z_i < INFINITY) | !(sharpness_i < INFINITY) | !(bar < INFINITY);
    }
    *found = (Ratios){z, sharpness, odd};
}

static PyObject *largest_ratios(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer actual, expected, sigma;
    if (!PyArg_ParseTuple(args, "y*y*y*", &actual, &expected, &sigma))
        return NULL;
    Ratios found = {0, 0, 0};
    int same = actual.len == expected.len && actual.len == sigma.len;
    if (same) {
        Py_BEGIN_ALLOW_THREADS
        scan(actual.buf, expected.buf, sigma.buf, actual.len / (Py_ssize_t)sizeof(double), &found);
        Py_END_ALLOW_THREADS
    } else {
        PyErr_SetString(PyExc_ValueError, "the three arrays differ in length");
    }
    PyBuffer_Release(&actual);
    PyBuffer_Release(&expected);
    PyBuffer_Release(&sigma);
    return same ? Py_BuildValue("ddn", found.z, found.sharpness, found.odd) : NULL;
}

static PyMethodDef methods[] = {
    {"largest_ratios", largest_ratios, METH_VARARGS,
     "Return (largest z, largest |expected| / sigma, number of elements that are not finite)."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ratios", NULL, -1, methods,
                                    NULL,                  NULL,       NULL, NULL};

PyMODINIT_FUNC PyInit__ratios(void) { return PyModule_Create(&module); }
