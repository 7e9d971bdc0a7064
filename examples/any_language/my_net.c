/* A network by hand in C, judged with
 *
 *     cc -O2 -o my_net my_net.c -lm
 *     backproof check --cmd ./my_net --dtype float64
 *
 * ReLU, sigmoid and mean binary cross-entropy, any depth, float64; it skips other cases (exit code 77).
 * Arguments: the case to read, the trace to write, both safetensors files (docs/any-language.md).
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LAYERS 16
#define SKIP 77

typedef struct {
    int rows, columns;
    double *at; /* row by row */
} Array;

/* --- the network ------------------------------------------------------------------------- */

typedef struct {
    int layers, examples;
    double learning_rate;
    Array X, Y, W[MOST_LAYERS + 1], b[MOST_LAYERS + 1];
    Array Z[MOST_LAYERS + 1], A[MOST_LAYERS + 1], dW[MOST_LAYERS + 1], db[MOST_LAYERS + 1];
    double cost;
} Network;

static Array zeros(int rows, int columns)
{
    return (Array){rows, columns, calloc((size_t)rows * columns, sizeof(double))};
}

static void forward(Network *net)
{
    int m = net->examples, L = net->layers;
    net->A[0] = net->X;
    for (int l = 1; l <= L; l++) {
        Array W = net->W[l], previous = net->A[l - 1];
        net->Z[l] = zeros(W.rows, m);
        net->A[l] = zeros(W.rows, m);
        for (int i = 0; i < W.rows; i++)
            for (int k = 0; k < m; k++) {
                double z = net->b[l].at[i];
                for (int j = 0; j < W.columns; j++)
                    z += W.at[i * W.columns + j] * previous.at[j * m + k];
                net->Z[l].at[i * m + k] = z;
                net->A[l].at[i * m + k] = l < L ? fmax(z, 0) : 1 / (1 + exp(-z));
            }
    }
    double sum = 0;
    for (int i = 0; i < net->Y.rows * m; i++) {
        double y = net->Y.at[i], a = net->A[L].at[i];
        sum += y * log(a) + (1 - y) * log(1 - a);
    }
    net->cost = -sum / m;
}

static void backward(Network *net)
{
    int m = net->examples, L = net->layers;
    Array delta = zeros(net->Y.rows, m);
    for (int i = 0; i < net->Y.rows * m; i++)
        delta.at[i] = net->A[L].at[i] - net->Y.at[i];
    for (int l = L; l >= 1; l--) {
        Array W = net->W[l], previous = net->A[l - 1];
        net->dW[l] = zeros(W.rows, W.columns);
        net->db[l] = zeros(W.rows, 1);
        Array below = zeros(W.columns, m);
        for (int i = 0; i < W.rows; i++)
            for (int k = 0; k < m; k++) {
                double d = delta.at[i * m + k];
                net->db[l].at[i] += d / m;
                for (int j = 0; j < W.columns; j++) {
                    net->dW[l].at[i * W.columns + j] += d * previous.at[j * m + k] / m;
                    if (l > 1 && net->Z[l - 1].at[j * m + k] > 0)
                        below.at[j * m + k] += W.at[i * W.columns + j] * d;
                }
            }
        free(delta.at);
        delta = below;
    }
    free(delta.at);
}

static void update(Network *net)
{
    for (int l = 1; l <= net->layers; l++) {
        for (int i = 0; i < net->W[l].rows * net->W[l].columns; i++)
            net->W[l].at[i] -= net->learning_rate * net->dW[l].at[i];
        for (int i = 0; i < net->b[l].rows; i++)
            net->b[l].at[i] -= net->learning_rate * net->db[l].at[i];
    }
}

/* --- safetensors: 8 bytes length of the header, the header (JSON), the numbers ------------ */

static const char *header, *numbers;

/* Return the text that follows "key": in the header, or NULL. */
static const char *after(const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *found = strstr(header, quoted);
    return found ? found + strlen(quoted) : NULL;
}

static int says(const char *key, const char *value)
{
    const char *found = after(key);
    return found && !strncmp(found + 1, value, strlen(value));
}

static int read_array(const char *name, Array *array)
{
    const char *entry = after(name);
    long start, end;
    if (!entry || sscanf(strstr(entry, "\"shape\""), "\"shape\":[%d,%d]", &array->rows,
                         &array->columns) != 2)
        return 0;
    sscanf(strstr(entry, "\"data_offsets\""), "\"data_offsets\":[%ld,%ld]", &start, &end);
    array->at = malloc((size_t)(end - start));
    memcpy(array->at, numbers + start, (size_t)(end - start));
    return 1;
}

static void read_case(const char *path, Network *net)
{
    FILE *file = fopen(path, "rb");
    uint64_t length = 0;
    fread(&length, 8, 1, file);
    fseek(file, 0, SEEK_END);
    size_t rest = (size_t)ftell(file) - 8 - length;
    fseek(file, 8, SEEK_SET);
    char *text = calloc(length + 1, 1), *bytes = malloc(rest + 1);
    if (fread(text, 1, length, file) != length || fread(bytes, 1, rest, file) != rest)
        exit(1);
    fclose(file);
    header = text, numbers = bytes;
    if (!says("dtype", "float64") || !says("loss", "binary_cross_entropy") ||
        !says("output", "sigmoid") || !says("reduction", "mean")) {
        fputs("only float64 and the mean binary cross-entropy of sigmoids\n", stderr);
        exit(SKIP);
    }
    read_array("X", &net->X);
    read_array("Y", &net->Y);
    net->examples = net->X.columns;
    net->learning_rate = atof(after("learning_rate") + 1);
    char W[16], b[16];
    while (net->layers < MOST_LAYERS) {
        int l = net->layers + 1;
        snprintf(W, sizeof W, "W%d", l);
        snprintf(b, sizeof b, "b%d", l);
        if (!read_array(W, &net->W[l]) || !read_array(b, &net->b[l]))
            break;
        net->layers = l;
    }
    if (net->layers > 1 && !says("hidden", "relu")) {
        fputs("only ReLU in hidden layers\n", stderr);
        exit(SKIP);
    }
}

typedef struct {
    char name[16], shape[32];
    const double *at;
    size_t size; /* in numbers */
} Entry;

static Entry entries[6 * MOST_LAYERS + 1];
static int count;

static void put(const char *letter, int l, Array array)
{
    Entry *entry = &entries[count++];
    snprintf(entry->name, sizeof entry->name, "%s%d", letter, l);
    snprintf(entry->shape, sizeof entry->shape, "[%d,%d]", array.rows, array.columns);
    entry->at = array.at;
    entry->size = (size_t)array.rows * array.columns;
}

static void write_trace(const char *path, const Network *net)
{
    for (int l = 1; l <= net->layers; l++) {
        put("Z", l, net->Z[l]);
        put("A", l, net->A[l]);
        put("dW", l, net->dW[l]);
        put("db", l, net->db[l]);
        put("W", l, net->W[l]);
        put("b", l, net->b[l]);
    }
    entries[count++] = (Entry){"cost", "[]", &net->cost, 1};
    char *text = calloc(count + 1, 128);
    size_t length = 0, offset = 0;
    for (int i = 0; i < count; i++) {
        size_t end = offset + 8 * entries[i].size;
        length += sprintf(text + length,
                          "%c\"%s\":{\"dtype\":\"F64\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                          i ? ',' : '{', entries[i].name, entries[i].shape, offset, end);
        offset = end;
    }
    text[length++] = '}';
    while (length % 8)
        text[length++] = ' ';
    FILE *file = fopen(path, "wb");
    uint64_t size = length;
    fwrite(&size, 8, 1, file);
    fwrite(text, 1, length, file);
    for (int i = 0; i < count; i++)
        fwrite(entries[i].at, 8, entries[i].size, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: my_net CASE TRACE\n", stderr);
        return 2;
    }
    Network net = {0};
    read_case(argv[1], &net);
    forward(&net);
    backward(&net);
    update(&net);
    write_trace(argv[2], &net);
    return 0;
}
