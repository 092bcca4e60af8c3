// Loci, Apache License 2.0.
//
// Checks that every set of kernels that this processor has gives the bits of the portable one. Plain C, so that it can be
// built for another processor and run in an emulator: see run.sh. The seed may be given as the first argument.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vector_kernels.h"

enum { LARGEST_DIMENSION = 1100, MOST_ROWS = 33, HUGE_DIMENSION = 65536 };

static uint64_t state = 0x9e3779b97f4a7c15u;
static size_t comparisons, failures;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/// A float in -1 ..< 1.
static float next_float(void) { return (float)(int32_t)(uint32_t)next() * 0x1p-31f; }

static void *allocate(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (memory == NULL) {
        printf("kernels_check: out of memory\n");
        exit(2);
    }
    return memory;
}

static void compare(const char *set, const char *kernel, size_t dimension, const void *expected, const void *actual,
                    size_t size) {
    comparisons++;
    if (memcmp(expected, actual, size) == 0) return;
    failures++;
    if (failures <= 20) printf("kernels_check: %s %s differs at dimension %zu\n", set, kernel, dimension);
}

/// How values are drawn: at random, or all at one end.
typedef enum { RANDOM, LOWEST, HIGHEST } filling;

/// Zero-padded query bytes.
static int8_t *make_query(size_t bytes, filling fill) {
    size_t padded = (bytes + 63) / 64 * 64;
    int8_t *query = allocate(padded);
    memset(query, 0, padded ? padded : 1);
    for (size_t i = 0; i < bytes; i++) query[i] = (int8_t)(fill == RANDOM ? (int)next() : fill == LOWEST ? -128 : 127);
    return query;
}

/// Rows in memory of their own, that ends where over-reading has to. Each begins at its own distance from an alignment.
typedef struct {
    uint8_t *memory[MOST_ROWS];
    const uint8_t *rows[MOST_ROWS];
} row_set;

static row_set make_rows(size_t bytes, size_t slack, filling fill) {
    row_set set;
    for (size_t i = 0; i < MOST_ROWS; i++) {
        size_t offset = next() % 16, size = offset + bytes + slack;
        set.memory[i] = allocate(size);
        for (size_t k = 0; k < size; k++) set.memory[i][k] = (uint8_t)(fill == RANDOM ? next() >> 20 : 255);
        set.rows[i] = set.memory[i] + offset;
    }
    return set;
}

static void free_rows(row_set *set) {
    for (size_t i = 0; i < MOST_ROWS; i++) free(set->memory[i]);
}

/// Code rows, whose headers hold finite numbers.
static row_set make_code_rows(size_t bytes, filling fill) {
    row_set set = make_rows(VK_CODE_HEADER_BYTES + bytes, VK_OVERREAD_BYTES, fill);
    for (size_t i = 0; i < MOST_ROWS; i++) {
        uint8_t *row = set.memory[i] + (set.rows[i] - set.memory[i]);
        uint16_t halves[2] = {(uint16_t)next(), (uint16_t)next()};
        for (int h = 0; h < 2; h++) {
            if ((halves[h] & 0x7c00) == 0x7c00) halves[h] ^= 0x4000;
        }
        float norms[2] = {next_float() * 1000, next_float() * 1000};
        memcpy(row, halves, 4);
        memcpy(row + 4, norms, 8);
    }
    return set;
}

static vk_affine make_affine(void) {
    vk_affine affine = {next_float() * 100, next() % 2 ? 1.0f : next_float(), next_float() * 10, next_float()};
    return affine;
}

static void check_codes(const vk_kernels *kernels, size_t dimension, size_t count, filling fill) {
    const vk_kernels *portable = vk_kernels_of(VK_PORTABLE);
    size_t nibble_bytes = dimension / 128 * 64 + (dimension % 128 + 1) / 2;
    int8_t *low_coarse = make_query(nibble_bytes, fill), *low_fine = make_query(nibble_bytes, fill);
    int8_t *high_coarse = make_query(nibble_bytes, fill), *high_fine = make_query(nibble_bytes, fill);
    int8_t *coarse = make_query(dimension, fill), *fine = make_query(dimension, fill);
    row_set nibble_rows = make_code_rows(nibble_bytes, fill), byte_rows = make_code_rows(dimension, fill);
    row_set nibble_residuals = make_rows(nibble_bytes, VK_OVERREAD_BYTES, fill);
    row_set byte_residuals = make_rows(dimension, VK_OVERREAD_BYTES, fill);
    float expected[MOST_ROWS] = {0}, actual[MOST_ROWS] = {0};
    int32_t expected_sums[MOST_ROWS] = {0}, actual_sums[MOST_ROWS] = {0};

    vk_nibble_query nibbles = {low_coarse, high_coarse, nibble_bytes, make_affine()};
    portable->nibble_distances(&nibbles, nibble_rows.rows, count, expected);
    kernels->nibble_distances(&nibbles, nibble_rows.rows, count, actual);
    compare(kernels->name, "nibble_distances", dimension, expected, actual, sizeof expected);

    vk_byte_query bytes = {coarse, fine, dimension, make_affine()};
    portable->byte_distances(&bytes, byte_rows.rows, count, expected);
    kernels->byte_distances(&bytes, byte_rows.rows, count, actual);
    compare(kernels->name, "byte_distances", dimension, expected, actual, sizeof expected);

    vk_two_level_query two_level = {low_coarse, low_fine,     high_coarse, high_fine,    coarse,
                                    fine,       nibble_bytes, dimension,   make_affine()};
    portable->nibble_nibble_distances(&two_level, nibble_rows.rows, nibble_residuals.rows, count, expected);
    kernels->nibble_nibble_distances(&two_level, nibble_rows.rows, nibble_residuals.rows, count, actual);
    compare(kernels->name, "nibble_nibble_distances", dimension, expected, actual, sizeof expected);
    portable->nibble_byte_distances(&two_level, nibble_rows.rows, byte_residuals.rows, count, expected);
    kernels->nibble_byte_distances(&two_level, nibble_rows.rows, byte_residuals.rows, count, actual);
    compare(kernels->name, "nibble_byte_distances", dimension, expected, actual, sizeof expected);

    portable->byte_dots(coarse, dimension, byte_residuals.rows, count, expected_sums);
    kernels->byte_dots(coarse, dimension, byte_residuals.rows, count, actual_sums);
    compare(kernels->name, "byte_dots", dimension, expected_sums, actual_sums, sizeof expected_sums);

    free(low_coarse), free(low_fine), free(high_coarse), free(high_fine), free(coarse), free(fine);
    free_rows(&nibble_rows), free_rows(&byte_rows), free_rows(&nibble_residuals), free_rows(&byte_residuals);
}

/// The definition, a bit at a time.
static float sketch_bound(const vk_sketch_query *query, const uint8_t *row) {
    float norm, halves[2];
    uint16_t half_bits[2];
    memcpy(&norm, row, 4);
    memcpy(half_bits, row + 4, 4);
    vk_kernels_of(VK_PORTABLE)->widen_float16(half_bits, 2, halves);
    int32_t product = 0;
    for (size_t j = 0; j < query->dimension; j++) {
        int bit = row[VK_SKETCH_HEADER_BYTES + j / 8] & (1 << j % 8);
        product += bit ? query->values[j] : -query->values[j];
    }
    float by_norm = query->norm_weight * norm, by_product = query->product_factor * halves[0];
    float by_error = query->error_factor * halves[1];
    by_product *= (float)product;
    return ((query->base + by_norm) + by_product) + by_error;
}

static void check_sketches(const vk_kernels *kernels, size_t dimension, size_t count, filling fill) {
    int8_t *values = make_query(dimension, fill);
    size_t bytes = VK_SKETCH_HEADER_BYTES + (dimension + 7) / 8;
    row_set rows = make_rows(bytes, VK_OVERREAD_BYTES, fill);
    for (size_t i = 0; i < MOST_ROWS; i++) {
        uint8_t *row = rows.memory[i] + (rows.rows[i] - rows.memory[i]);
        float norm = next_float() * 1000;
        // Below 2, so finite.
        uint16_t halves[2] = {(uint16_t)next() & 0xbfff, (uint16_t)next() & 0xbfff};
        memcpy(row, &norm, 4);
        memcpy(row + 4, halves, 4);
    }
    vk_sketch_query query = {values, dimension, 0, next_float() * 100, next_float(), next_float(), next_float() * 10};
    for (size_t j = 0; j < dimension; j++) query.sum += values[j];
    float expected[MOST_ROWS] = {0}, actual[MOST_ROWS] = {0};
    for (size_t i = 0; i < count; i++) expected[i] = sketch_bound(&query, rows.rows[i]);
    kernels->sketch_bounds(&query, rows.rows, count, actual);
    compare(kernels->name, "sketch_bounds", dimension, expected, actual, sizeof expected);
    free(values), free_rows(&rows);
}

static void check_binary_rows(const vk_kernels *kernels, size_t dimension, size_t count, filling fill) {
    size_t bytes = (dimension + 7) / 8, padded = (bytes + 63) / 64 * 64;
    row_set rows = make_rows(bytes, VK_OVERREAD_BYTES, fill);
    uint8_t *bits = allocate(padded), last[64] = {0};
    memset(bits, 0, padded);
    for (size_t j = 0; j < dimension; j++) {
        if (fill == LOWEST || (fill == RANDOM && next() % 2)) bits[j / 8] |= (uint8_t)(1 << j % 8);
        if (j / 512 == (dimension - 1) / 512) last[j / 8 % 64] |= (uint8_t)(1 << j % 8);
    }
    vk_hamming_query query = {bits, last, dimension};
    float expected[MOST_ROWS] = {0}, actual[MOST_ROWS] = {0};
    for (size_t i = 0; i < count; i++) {
        int differing = 0;
        for (size_t j = 0; j < dimension; j++) differing += (rows.rows[i][j / 8] ^ bits[j / 8]) >> j % 8 & 1;
        expected[i] = (float)(2 * differing) / (float)dimension;
    }
    kernels->hamming_distances(&query, rows.rows, count, actual);
    compare(kernels->name, "hamming_distances", dimension, expected, actual, sizeof expected);
    free(bits), free_rows(&rows);
}

/// The definition of the least score of a lane, an entry at a time.
static void entry_minimum(const vk_entry_query *query, const uint8_t *groups, size_t group_count, size_t lane,
                          float *least, uint32_t *least_group) {
    for (size_t group = 0; group < group_count; group++) {
        const uint8_t *lines = groups + group * 64 * (1 + query->lines);
        int32_t sum = 0;
        for (size_t j = 0; j < 8 * query->lines; j++) {
            int byte = lines[64 * (1 + j / 8) + 4 * lane + j % 4];
            sum += query->values[j] * (j % 8 < 4 ? byte & 15 : byte >> 4);
        }
        float bias, product = query->factor * (float)sum;
        memcpy(&bias, lines + 4 * lane, sizeof bias);
        if (group > 0 && !(bias + product < *least)) continue;
        *least = bias + product;
        *least_group = (uint32_t)group;
    }
}

static void check_entries(const vk_kernels *kernels, size_t lines, size_t group_count, filling fill) {
    size_t group_bytes = 64 * (1 + lines), offset = next() % 16;
    uint8_t *memory = allocate(offset + group_count * group_bytes), *groups = memory + offset;
    int8_t *values = allocate(8 * lines);
    for (size_t j = 0; j < 8 * lines; j++) {
        values[j] = (int8_t)(fill == RANDOM ? (int)next() : fill == LOWEST ? -128 : 127);
    }
    for (size_t k = 0; k < group_count * group_bytes; k++) groups[k] = (uint8_t)(fill == RANDOM ? next() >> 20 : 255);
    for (size_t group = 0; group < group_count; group++) {
        for (size_t lane = 0; lane < VK_ENTRY_LANES; lane++) {
            // Few values: where all codes are the same, there are equal scores.
            float bias = (float)(next() % 4) * 100;
            memcpy(groups + group * group_bytes + 4 * lane, &bias, sizeof bias);
        }
    }
    vk_entry_query query = {values, lines, next_float()};
    float expected[VK_ENTRY_LANES], actual[VK_ENTRY_LANES];
    uint32_t expected_groups[VK_ENTRY_LANES], actual_groups[VK_ENTRY_LANES];
    for (size_t lane = 0; lane < VK_ENTRY_LANES; lane++) {
        entry_minimum(&query, groups, group_count, lane, expected + lane, expected_groups + lane);
    }
    kernels->entry_minima(&query, groups, group_count, actual, actual_groups);
    compare(kernels->name, "entry_minima, scores", lines, expected, actual, sizeof expected);
    compare(kernels->name, "entry_minima, groups", lines, expected_groups, actual_groups, sizeof expected_groups);
    free(memory), free(values);
}

/// Float rows of `size` bytes an element, in memory that ends with them.
static row_set make_float_rows(size_t dimension, size_t size) {
    row_set set = make_rows(dimension * size, 0, RANDOM);
    for (size_t i = 0; i < MOST_ROWS; i++) {
        uint8_t *row = set.memory[i] + (set.rows[i] - set.memory[i]);
        for (size_t j = 0; j < dimension; j++) {
            float value = next_float();
            uint16_t half = (uint16_t)next();
            half = (half & 0x7c00) == 0x7c00 ? half ^ 0x4000 : half;
            memcpy(row + size * j, size == 4 ? (const void *)&value : (const void *)&half, size);
        }
    }
    return set;
}

static float *make_floats(size_t count) {
    float *values = allocate(count * sizeof(float));
    for (size_t i = 0; i < count; i++) values[i] = next_float();
    return values;
}

static void check_float_rows(const vk_kernels *kernels, size_t dimension, size_t count) {
    const vk_kernels *portable = vk_kernels_of(VK_PORTABLE);
    float *query = make_floats(dimension);
    row_set singles = make_float_rows(dimension, 4), halves = make_float_rows(dimension, 2);
    float expected[MOST_ROWS] = {0}, actual[MOST_ROWS] = {0};

    portable->float32_l2_distances(query, dimension, singles.rows, count, expected);
    kernels->float32_l2_distances(query, dimension, singles.rows, count, actual);
    compare(kernels->name, "float32_l2_distances", dimension, expected, actual, sizeof expected);
    portable->float32_ip_distances(query, dimension, singles.rows, count, expected);
    kernels->float32_ip_distances(query, dimension, singles.rows, count, actual);
    compare(kernels->name, "float32_ip_distances", dimension, expected, actual, sizeof expected);
    portable->float16_l2_distances(query, dimension, halves.rows, count, expected);
    kernels->float16_l2_distances(query, dimension, halves.rows, count, actual);
    compare(kernels->name, "float16_l2_distances", dimension, expected, actual, sizeof expected);
    portable->float16_ip_distances(query, dimension, halves.rows, count, expected);
    kernels->float16_ip_distances(query, dimension, halves.rows, count, actual);
    compare(kernels->name, "float16_ip_distances", dimension, expected, actual, sizeof expected);

    free(query);
    free_rows(&singles), free_rows(&halves);
}

static void check_arrays(const vk_kernels *kernels, size_t count) {
    const vk_kernels *portable = vk_kernels_of(VK_PORTABLE);
    size_t size = count * sizeof(float);
    float *values = make_floats(count), *others = make_floats(count);
    float *expected = allocate(size), *actual = allocate(size);
    uint16_t *halves = allocate(size), *expected_halves = allocate(size), *actual_halves = allocate(size);

    float sums[2] = {portable->sum_of_squares(values, count), portable->dot(values, others, count)};
    float actual_sums[2] = {kernels->sum_of_squares(values, count), kernels->dot(values, others, count)};
    compare(kernels->name, "sum_of_squares, dot", count, sums, actual_sums, sizeof sums);
    float largest = portable->largest_magnitude(values, count), actual_largest = kernels->largest_magnitude(values, count);
    compare(kernels->name, "largest_magnitude", count, &largest, &actual_largest, sizeof largest);

    memcpy(expected, values, size), memcpy(actual, values, size);
    portable->multiply(expected, others, count), kernels->multiply(actual, others, count);
    compare(kernels->name, "multiply", count, expected, actual, size);
    portable->subtract_and_scale(expected, others, 1.7f, count), kernels->subtract_and_scale(actual, others, 1.7f, count);
    compare(kernels->name, "subtract_and_scale", count, expected, actual, size);
    portable->butterfly(expected, count / 2), kernels->butterfly(actual, count / 2);
    compare(kernels->name, "butterfly", count, expected, actual, size);

    for (size_t i = 0; i < count; i++) halves[i] = (uint16_t)next();
    portable->widen_float16(halves, count, expected), kernels->widen_float16(halves, count, actual);
    compare(kernels->name, "widen_float16", count, expected, actual, size);
    for (size_t i = 0; i < count; i++) {
        // Any bits, but three of four times with an exponent near those of float16.
        uint32_t bits = (uint32_t)next();
        if (bits & 3) bits = (bits & 0x807fffffu) | ((100u + (uint32_t)(next() % 45)) << 23);
        memcpy(values + i, &bits, sizeof bits);
    }
    portable->narrow_float32(values, count, expected_halves), kernels->narrow_float32(values, count, actual_halves);
    compare(kernels->name, "narrow_float32", count, expected_halves, actual_halves, count * 2);

    int verdicts[2] = {portable->all_finite(values, count), kernels->all_finite(values, count)};
    compare(kernels->name, "all_finite", count, &verdicts[0], &verdicts[1], sizeof(int));
    if (count > 0) {
        memset(values, 0, size);
        uint32_t infinity = 0xff800000u;
        memcpy(values + next() % count, &infinity, sizeof infinity);
        verdicts[1] = kernels->all_finite(values, count), verdicts[0] = 0;
        compare(kernels->name, "all_finite", count, &verdicts[0], &verdicts[1], sizeof(int));
    }

    free(values), free(others), free(expected), free(actual), free(halves), free(expected_halves), free(actual_halves);
}

/// A query in two parts, with some values behind each that must stay as they were.
static void check_queries(const vk_kernels *kernels, size_t count, float factor, filling fill) {
    enum { BEHIND = 64 };
    float *values = make_floats(count);
    int8_t *parts[2];
    for (size_t i = 0; i < count && fill != RANDOM; i++) {
        // The largest squares of both parts, and the largest products of one with the other.
        values[i] = (fill == LOWEST ? -32512.0f : 32384.0f) / factor;
    }
    for (int set = 0; set < 2; set++) {
        parts[set] = allocate(2 * (count + BEHIND));
        memset(parts[set], 0x5a, 2 * (count + BEHIND));
    }
    vk_query_sums sums[2];
    memset(sums, 0xff, sizeof sums);
    vk_kernels_of(VK_PORTABLE)->quantize_query(values, factor, count, parts[0], parts[0] + count + BEHIND, &sums[0]);
    kernels->quantize_query(values, factor, count, parts[1], parts[1] + count + BEHIND, &sums[1]);
    compare(kernels->name, "quantize_query", count, parts[0], parts[1], 2 * (count + BEHIND));
    compare(kernels->name, "quantize_query, sums", count, &sums[0], &sums[1], sizeof sums[0]);
    free(values), free(parts[0]), free(parts[1]);
}

/// A search buffer that takes batch after batch, while some of its candidates are expanded.
static void check_search_buffer(const vk_kernels *kernels, size_t capacity) {
    enum { BATCHES = 200, MOST_CANDIDATES = 41, BEHIND = 16 };
    static const float distances[] = {-INFINITY, -1.5f, -0.0f, 0.0f, 0x1p-149f, 1.0f, 3e38f, INFINITY};
    size_t places = capacity + 1 + BEHIND, count = 0, cursor = 0;
    uint64_t *expected = allocate(places * sizeof *expected), *actual = allocate(places * sizeof *actual);
    // As large as keys can be, and as small: places that are not taken do not count.
    memset(expected, capacity % 2 ? 0xff : 0, places * sizeof *expected);
    memcpy(actual, expected, places * sizeof *actual);
    for (int batch = 0; batch < BATCHES; batch++) {
        size_t candidates = next() % MOST_CANDIDATES;
        float *batch_distances = allocate(candidates * sizeof(float));
        uint32_t *slots = allocate(candidates * sizeof(uint32_t));
        for (size_t i = 0; i < candidates; i++) {
            batch_distances[i] = next() % 2 ? next_float() : distances[next() % 8];
            slots[i] = next() % 16 ? (uint32_t)(next() % (4 * capacity)) : 0x7fffffffu;
            if (i > 0 && next() % 16 == 0) {
                size_t earlier = next() % i;
                batch_distances[i] = batch_distances[earlier], slots[i] = slots[earlier];
            } else if (count > 0 && next() % 4 == 0) {
                // One that is held.
                uint64_t key = expected[next() % count];
                uint32_t ordered = (uint32_t)(key >> 32);
                ordered = ordered & 0x80000000u ? ordered ^ 0x80000000u : ~ordered;
                memcpy(batch_distances + i, &ordered, sizeof ordered);
                slots[i] = (uint32_t)key >> 1;
            }
        }
        size_t counts[2] = {count, count}, cursors[2] = {cursor, cursor};
        vk_kernels_of(VK_PORTABLE)
            ->insert_candidates(batch_distances, slots, candidates, expected, capacity, &counts[0], &cursors[0]);
        kernels->insert_candidates(batch_distances, slots, candidates, actual, capacity, &counts[1], &cursors[1]);
        free(batch_distances), free(slots);
        compare(kernels->name, "insert_candidates, count", capacity, &counts[0], &counts[1], sizeof counts[0]);
        compare(kernels->name, "insert_candidates, cursor", capacity, &cursors[0], &cursors[1], sizeof cursors[0]);
        count = counts[0];
        compare(kernels->name, "insert_candidates", capacity, expected, actual, count * sizeof *expected);
        compare(kernels->name, "insert_candidates, behind", capacity, expected + capacity + 1, actual + capacity + 1,
                BEHIND * sizeof *expected);
        size_t odds = 1 + next() % 8;
        for (size_t place = 0; place < count; place++) expected[place] |= next() % odds == 0;
        memcpy(actual, expected, count * sizeof *actual);
        for (cursor = 0; cursor < count && expected[cursor] & 1;) cursor++;
    }
    free(expected), free(actual);
}

static void check_hadamard(const vk_kernels *kernels, size_t count) {
    float *expected = make_floats(count), *actual = allocate(count * sizeof(float));
    memcpy(actual, expected, count * sizeof(float));
    vk_kernels_of(VK_PORTABLE)->hadamard(expected, count);
    kernels->hadamard(actual, count);
    compare(kernels->name, "hadamard", count, expected, actual, count * sizeof(float));
    free(expected), free(actual);
}

/// Every float16, and the floats half way between two of them and next to that.
static void check_all_halves(const vk_kernels *kernels) {
    enum { HALVES = 65536 };
    static uint16_t halves[HALVES], expected_halves[HALVES], actual_halves[HALVES];
    static float expected[HALVES], actual[HALVES], between[HALVES];
    const vk_kernels *portable = vk_kernels_of(VK_PORTABLE);
    for (size_t i = 0; i < HALVES; i++) halves[i] = (uint16_t)i;
    portable->widen_float16(halves, HALVES, expected);
    kernels->widen_float16(halves, HALVES, actual);
    compare(kernels->name, "widen_float16", HALVES, expected, actual, sizeof expected);
    for (int offset = -1; offset <= 1; offset++) {
        for (size_t i = 0; i < HALVES; i++) {
            // Exact; where infinities and NaNs come in, any float will do.
            between[i] = 0.5f * expected[i] + 0.5f * expected[(i + 1) % HALVES];
            uint32_t bits;
            memcpy(&bits, between + i, sizeof bits);
            bits += (uint32_t)offset;
            memcpy(between + i, &bits, sizeof bits);
        }
        portable->narrow_float32(between, HALVES, expected_halves);
        kernels->narrow_float32(between, HALVES, actual_halves);
        compare(kernels->name, "narrow_float32", HALVES, expected_halves, actual_halves, sizeof expected_halves);
    }
}

/// Keys or values of attention, in memory that ends with them, at any distance from an alignment.
typedef struct {
    uint8_t *memory;
    const uint8_t *rows;
} attention_rows;

/// Halves if `is_half`, else codes. Where `wild`, some numbers are infinite, NaN or as large as they can be.
static attention_rows make_attention_rows(size_t dimension, size_t count, int is_half, int wild) {
    size_t offset = next() % 64, stride = is_half ? 2 * dimension : VK_ATTENTION_HEADER_BYTES + dimension;
    attention_rows rows = {allocate(offset + count * stride), NULL};
    rows.rows = rows.memory + offset;
    for (size_t i = 0; i < count; i++) {
        uint8_t *row = rows.memory + offset + i * stride;
        for (size_t d = 0; is_half && d < dimension; d++) {
            // Below 2, so that logits differ by what exponentials can tell.
            uint16_t half = (uint16_t)next();
            if (!wild || next() % (4 * dimension) != 0) half &= 0xbfff;
            memcpy(row + 2 * d, &half, sizeof half);
        }
        if (is_half) continue;
        float header[2] = {next_float() * 2, next_float() * 0x1p-6f};
        if (wild && next() % 4 == 0) header[next() % 2] = next() % 2 ? INFINITY : next() % 2 ? NAN : 3e38f;
        memcpy(row, header, sizeof header);
        for (size_t d = 0; d < dimension; d++) row[VK_ATTENTION_HEADER_BYTES + d] = (uint8_t)(next() >> 20);
    }
    return rows;
}

/// Every NaN as the same one: the bits of a NaN are not defined.
static void unify_nans(float *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = values[i] != values[i] ? NAN : values[i];
}

static void check_attention(const vk_kernels *kernels, size_t dimension, size_t count, float scale, int wild) {
    enum { BEHIND = 16 };
    const vk_kernels *sets[2] = {vk_kernels_of(VK_PORTABLE), kernels};
    float *query = make_floats(dimension);
    for (int is_half = 0; is_half < 2; is_half++) {
        const char *name = is_half ? "attend_halves" : "attend_codes";
        attention_rows keys = make_attention_rows(dimension, count, is_half, wild);
        attention_rows values = make_attention_rows(dimension, count, is_half, wild);
        float *weights[2], *outputs[2];
        vk_attention_sums sums[2];
        memset(sums, 0xff, sizeof sums);
        for (int set = 0; set < 2; set++) {
            weights[set] = allocate((count + BEHIND) * sizeof(float));
            outputs[set] = allocate((dimension + BEHIND) * sizeof(float));
            for (size_t i = 0; i < count + BEHIND; i++) weights[set][i] = 12345.0f;
            for (size_t d = 0; d < dimension + BEHIND; d++) outputs[set][d] = 12345.0f;
            (is_half ? sets[set]->attend_halves : sets[set]->attend_codes)(query, dimension, keys.rows, values.rows,
                                                                          count, scale, weights[set], outputs[set],
                                                                          &sums[set]);
            unify_nans(outputs[set], dimension);
        }
        compare(kernels->name, name, dimension, outputs[0], outputs[1], (dimension + BEHIND) * sizeof(float));
        compare(kernels->name, name, dimension, weights[0], weights[1], (count + BEHIND) * sizeof(float));
        compare(kernels->name, name, dimension, &sums[0], &sums[1], sizeof sums[0]);
        free(keys.memory), free(values.memory);
        for (int set = 0; set < 2; set++) free(weights[set]), free(outputs[set]);
    }
    free(query);
}

static void check_attentions(const vk_kernels *kernels) {
    static const size_t dimensions[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65,
                                        80, 96, 100, 127, 128, 129, 200, 256, 333};
    static const size_t counts[] = {1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 127, 1000};
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++) {
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            float scale = c % 2 ? 0.125f : 30.0f;
            check_attention(kernels, dimensions[d], counts[c], scale, 0);
            check_attention(kernels, dimensions[d], counts[c], scale, 1);
        }
        for (size_t count = 0; count <= 70; count++) check_attention(kernels, dimensions[d], count, 1.0f, 0);
    }
    for (size_t dimension = 1; dimension <= 300; dimension++) {
        check_attention(kernels, dimension, 1 + dimension % 9, 1.0f, 0);
    }
    // More values than are asked for ahead of time.
    check_attention(kernels, 128, 3001, 1.0f, 0);
}

static void check_set(const vk_kernels *kernels) {
    // Around 4,096 dimensions of a sketch, sums of 16 bits are full.
    static const size_t large[] = {4095, 4096, 4097, HUGE_DIMENSION};
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, MOST_ROWS};
    for (size_t dimension = 1; dimension <= LARGEST_DIMENSION; dimension++) {
        check_codes(kernels, dimension, counts[dimension % 11], RANDOM);
        check_codes(kernels, dimension, counts[(dimension / 11) % 11], dimension % 2 ? LOWEST : HIGHEST);
        check_sketches(kernels, dimension, counts[dimension % 11], RANDOM);
        check_sketches(kernels, dimension, counts[(dimension / 11) % 11], dimension % 2 ? LOWEST : HIGHEST);
        check_binary_rows(kernels, dimension, counts[dimension % 11], RANDOM);
        check_binary_rows(kernels, dimension, counts[(dimension / 11) % 11], dimension % 2 ? LOWEST : HIGHEST);
        check_float_rows(kernels, dimension, counts[dimension % 11]);
        check_arrays(kernels, dimension);
        check_queries(kernels, dimension, 33000, RANDOM);
        check_queries(kernels, dimension, 127, RANDOM);
    }
    check_codes(kernels, 0, MOST_ROWS, RANDOM);
    check_float_rows(kernels, 0, MOST_ROWS);
    check_arrays(kernels, 0);
    check_queries(kernels, 0, 1, RANDOM);
    for (int fill = RANDOM; fill <= HIGHEST; fill++) check_queries(kernels, HUGE_DIMENSION, 1, (filling)fill);
    check_queries(kernels, HUGE_DIMENSION, 1e38f, RANDOM);
    check_codes(kernels, HUGE_DIMENSION, 5, LOWEST);
    check_codes(kernels, HUGE_DIMENSION, 5, HIGHEST);
    check_sketches(kernels, 0, MOST_ROWS, RANDOM);
    for (size_t d = 0; d < sizeof large / sizeof *large; d++) {
        check_sketches(kernels, large[d], 5, LOWEST);
        check_sketches(kernels, large[d], 5, HIGHEST);
        for (int fill = RANDOM; fill <= HIGHEST; fill++) check_binary_rows(kernels, large[d], 5, (filling)fill);
    }
    for (size_t lines = 1; lines <= VK_MOST_ENTRY_LINES; lines++) {
        for (size_t group_count = 1; group_count <= 40; group_count++) {
            for (int fill = RANDOM; fill <= HIGHEST; fill++) check_entries(kernels, lines, group_count, (filling)fill);
        }
    }
    // Up to 192 keys may lie in registers.
    for (size_t capacity = 1; capacity <= 300; capacity++) check_search_buffer(kernels, capacity);
    for (size_t count = 1; count <= 65536; count *= 2) check_hadamard(kernels, count);
    check_all_halves(kernels);
    check_attentions(kernels);
}

int main(int argument_count, char **arguments) {
    if (argument_count > 1) state ^= strtoull(arguments[1], NULL, 0) * 0x2545f4914f6cdd1du;
    char sets[64] = "portable";
    for (int set = VK_PORTABLE + 1; set < VK_INSTRUCTION_SET_COUNT; set++) {
        const vk_kernels *kernels = vk_kernels_of((vk_instruction_set)set);
        if (kernels == NULL) continue;
        check_set(kernels);
        strcat(strcat(sets, " "), kernels->name);
    }
    printf("kernels_check: %zu comparisons, %zu failed, sets: %s\n", comparisons, failures, sets);
    return failures == 0 ? 0 : 1;
}
