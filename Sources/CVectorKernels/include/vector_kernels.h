// Loci, Apache License 2.0.
//
// Distance kernels. Plain C11: no allocation, and no state but the dispatch table, which is filled once.
//
// Every kernel gives the same bits on every instruction set. Integer sums are exact. Float sums are defined as 32 lanes
// (element i goes to lane i % 32, in order, multiply and add rounded apart, never fused), folded by halves: lane i plus
// lane i + 16, then i + 8, + 4, + 2, + 1. So an index that was built on one processor is the same bytes on another, and
// answers the same.
//
// "Rows" are vectors as they lie in the database's memory map, given as an array of pointers; a kernel takes a whole
// neighbour list in one call. A code row begins with a header of 16 bytes, little-endian:
//
//      0       2       4               8               12              16
//      | low   | step  | norm, level 1 | norm, level 2 | not read      | code bytes ...
//      | f16   | f16   | f32           | f32           |               |
//
// which stands for the vector y[j] = low + step * code[j]; the norms are the squared lengths of the decoded vector, by
// one level and by two. With an integer query q and D = sum of q[j] * code[j], each kernel's distance is, in this order,
//
//      ((base + norm_weight * norm) + low * low_factor) + step * (step_factor * (float)D)
//
// in which the caller puts squared L2 (norm_weight 1, low_factor -2 * sum of q, step_factor -2, times the query's scale)
// or inner product (norm_weight 0, -1). See LociIndex/Quantization.
//
// 4-bit codes are packed by blocks of 128 dimensions into 64 bytes: byte k holds dimension k in its low nibble and
// dimension 64 + k in its high one. The last block, of t < 128 dimensions, takes h = (t + 1) / 2 bytes: byte k holds
// dimensions k and h + k (a missing one is 0). 8-bit codes lie in the order of the dimensions.
//
// A sketch row holds one bit a dimension, the sign of a rotated, centred component, and what makes a lower bound of a
// distance from it (RaBitQ: Gao and Long, SIGMOD 2024):
//
//      0       4        6       8
//      | norm  | factor | error | bits ...
//      | f32   | f16    | f16   | bit j % 8 of byte j / 8, the least significant first: 1 where component j is above 0
//
// Bits behind the last dimension do not matter. With an integer query q and P = sum of q[j] where bit j is 1, minus the
// sum where it is 0, each row's bound is, in this order,
//
//      ((base + norm_weight * norm) + (product_factor * factor) * (float)P) + error_factor * error
//
// A binary row holds one bit a dimension as a sketch does, and nothing else; it stands for the vector of unit length that
// is 1 / sqrt(dimension) where the bit is 1 and the opposite where it is 0. With a query of such bits, of which H differ
// from the row's, the distance is one minus the cosine, rounded once:
//
//      (float)(2 * H) / (float)dimension
//
// Bits behind the last dimension do not matter, of the row nor of the query.
//
// A table of entry points is groups of 16 entries. A group is a line of 64 bytes with 16 biases (f32), then lines of 64
// bytes with 4-bit codes: byte 4 * e + b of line v holds, for the group's entry e, dimension 8 * v + b in its low nibble
// and dimension 8 * v + 4 + b in its high one (b in 0 ..< 4). With an integer query q and D = sum of q[j] * code[j], an
// entry's score is
//
//      bias + factor * (float)D
//
// Over-reading: kernels read code bytes 64 at a time. Query arrays must be padded with zeros to a multiple of 64, and up
// to 63 bytes past the end of each row must be readable (their values do not matter). Rows need no alignment. A table of
// entry points, and the query against it, are read to their ends only, and need no alignment either.
//
// Integer kernels take at most 65,536 dimensions: up to there 32-bit sums hold, whatever the values.
#ifndef LOCI_VECTOR_KERNELS_H
#define LOCI_VECTOR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "attention_kernels.h"

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
#endif

// Swift imports a pointer that is never null as such.
#if defined(__clang__)
#define VK_NONNULL _Nonnull
#else
#define VK_NONNULL
#endif

#define VK_CODE_HEADER_BYTES 16
#define VK_SKETCH_HEADER_BYTES 8
#define VK_OVERREAD_BYTES 63

/// The entries of a group, each of which has a lane.
#define VK_ENTRY_LANES 16
/// The most lines of codes that a group of entries may have.
#define VK_MOST_ENTRY_LINES 16

/// An instruction set for which there are kernels.
typedef enum {
    VK_PORTABLE = 0,
    VK_AVX2 = 1,    ///< x86-64 with AVX2, FMA (not used) and F16C
    VK_AVX512 = 2,  ///< x86-64 with AVX-512 F, BW, VL, DQ and VNNI
    VK_NEON = 3,    ///< AArch64 with the dot-product extension
    VK_AVX512_VPOPCNTDQ = 4,  ///< that of VK_AVX512 with VPOPCNTDQ, which counts bits
    VK_INSTRUCTION_SET_COUNT = 5
} vk_instruction_set;

/// What turns an integer sum into a distance; see the formula above.
typedef struct {
    float base;
    float norm_weight;
    float low_factor;
    float step_factor;
} vk_affine;

/// Sums over a query's integers, and over their coarse parts.
typedef struct {
    int64_t sum, squares;
    int64_t coarse_sum, coarse_squares;
} vk_query_sums;

/// A query against 4-bit codes: 8 bits a dimension, laid out as the codes are.
typedef struct {
    const int8_t *low_nibbles;   ///< code_bytes values, zero-padded to a multiple of 64
    const int8_t *high_nibbles;  ///< the same
    size_t code_bytes;
    vk_affine affine;
} vk_nibble_query;

/// A query against 8-bit codes: 16 bits a dimension as two signed bytes, q = 256 * coarse + fine.
typedef struct {
    const int8_t *coarse;  ///< code_bytes values, zero-padded to a multiple of 64
    const int8_t *fine;    ///< the same
    size_t code_bytes;
    vk_affine affine;
} vk_byte_query;

/// A query against 4-bit codes with residual codes of 4 or 8 bits: D is the sum of q * (code * 2^residual_bits + residual),
/// with q of 16 bits. The distance uses the norm of level 2, and, as low and step,
/// low + step * (2^-(residual_bits + 1) - 0.5) and step * 2^-residual_bits (each operation rounded to float in that order).
typedef struct {
    const int8_t *low_coarse, *low_fine;    ///< for the low nibbles: code_bytes values each, zero-padded
    const int8_t *high_coarse, *high_fine;  ///< for the high nibbles
    const int8_t *coarse, *fine;            ///< in the order of dimensions: residual bytes of 8 bits
    size_t code_bytes;
    size_t dimension;
    vk_affine affine;
} vk_two_level_query;

/// A query against sketches: 8 bits a dimension, any value from -128 to 127. At 65,536 dimensions P is still exact as a
/// float.
typedef struct {
    const int8_t *values;  ///< dimension values, zero-padded to a multiple of 64
    size_t dimension;
    int32_t sum;  ///< of all values
    float base;
    float norm_weight;
    float product_factor;
    float error_factor;
} vk_sketch_query;

/// A query against binary rows: one bit a dimension.
typedef struct {
    const uint8_t *bits;  ///< (dimension + 7) / 8 bytes, zero-padded to a multiple of 64
    const uint8_t *last;  ///< 64 bytes: which bits of the last 64 bytes of `bits` are of dimensions
    size_t dimension;     ///< 1 or more
} vk_hamming_query;

/// A query against a table of entry points: 8 bits a dimension, any value from -128 to 127.
typedef struct {
    const int8_t *values;  ///< 8 * lines values, in the order of dimensions; no padding
    size_t lines;          ///< of codes in a group: 1 to VK_MOST_ENTRY_LINES
    float factor;
} vk_entry_query;

/// The kernels of one instruction set. `rows` are `count` pointers; `out` takes `count` values.
typedef struct {
    vk_instruction_set instruction_set;
    const char *VK_NONNULL name;

    /// LVQ-4: first-level distances.
    void (*VK_NONNULL nibble_distances)(const vk_nibble_query *query, const uint8_t *const *rows, size_t count, float *out);
    /// LVQ-8 distances.
    void (*VK_NONNULL byte_distances)(const vk_byte_query *query, const uint8_t *const *rows, size_t count, float *out);
    /// LVQ-4x4: `residuals[i]` points at row i's residual codes, packed as nibbles, with no header.
    void (*VK_NONNULL nibble_nibble_distances)(const vk_two_level_query *query, const uint8_t *const *rows,
                                    const uint8_t *const *residuals, size_t count, float *out);
    /// LVQ-4x8: `residuals[i]` points at row i's residual codes, a byte a dimension, with no header.
    void (*VK_NONNULL nibble_byte_distances)(const vk_two_level_query *query, const uint8_t *const *rows,
                                  const uint8_t *const *residuals, size_t count, float *out);

    /// out[i] = sum of query[j] * rows[i][j]. `query` is zero-padded to a multiple of 64; dimension at most 65,536.
    void (*VK_NONNULL byte_dots)(const int8_t *query, size_t dimension, const uint8_t *const *rows, size_t count, int32_t *out);

    /// Lower bounds of distances by sketches.
    void (*VK_NONNULL sketch_bounds)(const vk_sketch_query *query, const uint8_t *const *rows, size_t count, float *out);

    /// Distances of binary rows.
    void (*VK_NONNULL hamming_distances)(const vk_hamming_query *query, const uint8_t *const *rows, size_t count, float *out);

    /// The least score of each lane in a table of `group_count` groups, 1 or more: out_scores[e] is the least among the
    /// groups' e-th entries, and out_groups[e] the first group that has it. Scores must be finite.
    void (*VK_NONNULL entry_minima)(const vk_entry_query *query, const uint8_t *groups, size_t group_count,
                                    float out_scores[VK_ENTRY_LANES], uint32_t out_groups[VK_ENTRY_LANES]);

    /// Squared L2 and negated inner product against float32 and float16 rows (no header, any alignment). Exact ends: no
    /// over-read, no padding.
    void (*VK_NONNULL float32_l2_distances)(const float *query, size_t dimension, const uint8_t *const *rows, size_t count, float *out);
    void (*VK_NONNULL float32_ip_distances)(const float *query, size_t dimension, const uint8_t *const *rows, size_t count, float *out);
    void (*VK_NONNULL float16_l2_distances)(const float *query, size_t dimension, const uint8_t *const *rows, size_t count, float *out);
    void (*VK_NONNULL float16_ip_distances)(const float *query, size_t dimension, const uint8_t *const *rows, size_t count, float *out);

    /// The sum of squares of `count` floats, and the inner product of two arrays.
    float (*VK_NONNULL sum_of_squares)(const float *values, size_t count);
    float (*VK_NONNULL dot)(const float *a, const float *b, size_t count);
    /// The largest magnitude among `count` finite floats; 0 when count is 0.
    float (*VK_NONNULL largest_magnitude)(const float *values, size_t count);
    /// 1 when every value is finite, else 0.
    int (*VK_NONNULL all_finite)(const float *values, size_t count);
    /// values[i] *= factors[i].
    void (*VK_NONNULL multiply)(float *values, const float *factors, size_t count);
    /// values[i] = (values[i] - offsets[i]) * factor.
    void (*VK_NONNULL subtract_and_scale)(float *values, const float *offsets, float factor, size_t count);
    /// The fast Walsh-Hadamard transform in place, not normalised; count is a power of two.
    void (*VK_NONNULL hadamard)(float *values, size_t count);
    /// values[i], values[half + i] = (values[i] + values[half + i], values[i] - values[half + i]) for i in 0 ..< half.
    void (*VK_NONNULL butterfly)(float *values, size_t half);
    /// Rounds values[i] * factor to the nearest integer, ties to even, of magnitude at most 127 * 256, and takes it apart
    /// as 256 * coarse[i] + fine[i], fine from -128 to 127. At most 65,536 values.
    void (*VK_NONNULL quantize_query)(const float *values, float factor, size_t count, int8_t *coarse, int8_t *fine,
                                      vk_query_sums *sums);
    /// Puts candidates into a search buffer: `keys` rise, `*count` of at most `capacity` of them, and there is room for
    /// one more. A candidate's key is, from the top, the 32 bits of its distance in an order-preserving form (all bits
    /// inverted where it is negative, else the sign alone), 31 bits of its slot, and a 0, where keys of the buffer may
    /// have a 1 that does not count. A key that is there already is left alone, also if this call put it there; of a full
    /// buffer the last falls out. `*cursor` is the first place whose key has the lowest bit 0, or `*count` if there is
    /// none, before and after. Places from `*count` on may be written, `keys[capacity]` among them. Distances are not
    /// NaN; capacity is at least 1.
    void (*VK_NONNULL insert_candidates)(const float *distances, const uint32_t *slots, size_t candidates,
                                         uint64_t *keys, size_t capacity, size_t *count, size_t *cursor);
    /// Attention of a query over the float16 keys and values, or their codes, of `count` positions, as attention_kernels.h
    /// defines it. `weights` takes `count` floats, the exponentials e[j]; `output` takes `dimension`, 1 or more.
    void (*VK_NONNULL attend_halves)(const float *query, size_t dimension, const void *keys, const void *values,
                                     size_t count, float scale, float *weights, float *output, vk_attention_sums *sums);
    void (*VK_NONNULL attend_codes)(const float *query, size_t dimension, const void *keys, const void *values,
                                    size_t count, float scale, float *weights, float *output, vk_attention_sums *sums);
    /// float16 (IEEE 754 binary16) to and from float; narrowing rounds to nearest even and overflows to infinity.
    void (*VK_NONNULL widen_float16)(const uint16_t *values, size_t count, float *out);
    void (*VK_NONNULL narrow_float32)(const float *values, size_t count, uint16_t *out);
} vk_kernels;

/// The kernels in use: the best that the processor has, or the set that the environment variable LOCI_KERNELS names
/// (portable, avx2, avx512, avx512-vpopcntdq, neon) where the processor has it. Chosen once, at the first call; safe from any thread.
const vk_kernels *VK_NONNULL vk_active(void);

/// The kernels of one set, or NULL where this build or this processor lacks it.
const vk_kernels *vk_kernels_of(vk_instruction_set set);

/// Asks for the cache line at `address`. Never faults.
static inline void vk_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for `lines` cache lines from `address` on.
static inline void vk_prefetch_lines(const void *address, size_t lines) {
    for (size_t line = 0; line < lines; line++) __builtin_prefetch((const char *)address + 64 * line, 0, 3);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
