// Loci, Apache License 2.0.
//
// What the attention kernels of all instruction sets share: the exponential, the forms of rows, and what is asked for ahead
// of time. See attention_kernels.h for the definition.
#ifndef LOCI_VECTOR_KERNELS_ATTENTION_H
#define LOCI_VECTOR_KERNELS_ATTENTION_H

#include "internal.h"

// Adding 1.5 * 2^23 leaves no bits for a fraction: the sum is rounded to an integer, which is its low bits.
#define VK_EXP_SHIFT 0x1.8p23f
#define VK_EXP_LEAST -87.0f
#define VK_EXP_LOG2_E 0x1.715476p0f
// ln 2 in two parts: the first has so few bits that its products with exponents are exact.
#define VK_EXP_LN2_HIGH 0x1.63p-1f
#define VK_EXP_LN2_LOW -0x1.bd0106p-13f
// The minimax polynomial 1 + r + r^2 * (...) of degree 6 for |r| up to ln 2 / 2: of relative error 3.3e-9 before rounding.
#define VK_EXP_C2 0x1.fffffcp-2f
#define VK_EXP_C3 0x1.55548ap-3f
#define VK_EXP_C4 0x1.555916p-5f
#define VK_EXP_C5 0x1.123fc6p-7f
#define VK_EXP_C6 0x1.6a1a72p-10f

/// The form of keys and values. Functions that take one are inlined with a constant.
typedef enum { VK_HALVES, VK_CODES } vk_attention_form;

/// The keys and the values of a group, as a kernel gets them.
typedef struct {
    const uint8_t *keys, *values;
    size_t dimension, count;
    size_t stride;  ///< from a row to the next, in bytes
} vk_attention_group;

VK_INLINE vk_attention_group vk_group_of(const void *keys, const void *values, size_t dimension, size_t count,
                                         vk_attention_form form) {
    size_t stride = form == VK_HALVES ? 2 * dimension : VK_ATTENTION_HEADER_BYTES + dimension;
    vk_attention_group group = {keys, values, dimension, count, stride};
    return group;
}

/// exp(x) for x up to 0; 0 for x below -87, and for NaN.
VK_INLINE float vk_exponential(float x) {
    float shifted = x * VK_EXP_LOG2_E + VK_EXP_SHIFT;
    float exponent = shifted - VK_EXP_SHIFT;
    float r = (x - exponent * VK_EXP_LN2_HIGH) - exponent * VK_EXP_LN2_LOW;
    float p = VK_EXP_C6;
    p = p * r + VK_EXP_C5;
    p = p * r + VK_EXP_C4;
    p = p * r + VK_EXP_C3;
    p = p * r + VK_EXP_C2;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    // At -87 the power is 2^-126 and p above 1: no result is subnormal.
    float power = vk_float_of(vk_bits_of(p) + ((vk_bits_of(shifted) - vk_bits_of(VK_EXP_SHIFT)) << 23));
    return x >= VK_EXP_LEAST ? power : 0.0f;
}

/// Copies the last 1 to 31 logits to a block of 32, filled up with what weighs nothing.
VK_INLINE void vk_pad_logits(const float *logits, size_t count, float block[VK_LANES]) {
    for (size_t lane = 0; lane < VK_LANES; lane++) block[lane] = -__builtin_inff();
    memcpy(block, logits, count * sizeof *block);
}

/// How far ahead of the keys in work the lines are that are asked for.
#define VK_ATTENTION_AHEAD 2048
/// The most bytes of values that are asked for while keys are in work: they must not push each other out of the cache.
#define VK_ATTENTION_MOST_VALUES (size_t)131072

/// Asks for what is read next when the keys from `row` on, `rows` of them, are in work: keys further on, and the values of
/// the same positions, which are read when all keys have been. The rows are in sequence, but groups too short for the
/// processor to find that out in time: without this, 32 KB of halves take 7 % longer, 17 KB of codes 22 % (AVX2, Zen 3).
VK_INLINE void vk_ask_ahead(const vk_attention_group *group, size_t row, size_t rows) {
    size_t size = group->count * group->stride;
    size_t from = row * group->stride, to = from + rows * group->stride;
    for (size_t at = from; at < to; at += 64) {
        if (at + VK_ATTENTION_AHEAD < size) vk_prefetch(group->keys + at + VK_ATTENTION_AHEAD);
        if (at < VK_ATTENTION_MOST_VALUES) vk_prefetch(group->values + at);
    }
}

#endif
