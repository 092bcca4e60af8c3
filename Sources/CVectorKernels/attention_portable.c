// Loci, Apache License 2.0.
//
// The reference of the attention kernels, for any processor. The other sets must give the same bits.
#include "attention.h"

VK_INLINE float fold(float lanes[VK_LANES]) {
    for (size_t half = VK_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    }
    return lanes[0];
}

VK_INLINE float sum_of(const float *values, size_t count) {
    float lanes[VK_LANES] = {0};
    for (size_t i = 0; i < count; i++) lanes[i % VK_LANES] += values[i];
    return fold(lanes);
}

VK_INLINE float element(const uint8_t *row, size_t index, vk_attention_form form) {
    if (form == VK_HALVES) return vk_widen(vk_load_u16(row + 2 * index));
    return (float)row[VK_ATTENTION_HEADER_BYTES + index];
}

VK_INLINE float dot(const float *query, const uint8_t *row, size_t dimension, vk_attention_form form) {
    float lanes[VK_LANES] = {0};
    for (size_t d = 0; d < dimension; d++) lanes[d % VK_LANES] += query[d] * element(row, d, form);
    return fold(lanes);
}

VK_INLINE void attend(const float *query, const vk_attention_group *group, vk_attention_form form, float scale,
                      float *weights, float *output, vk_attention_sums *sums) {
    const size_t dimension = group->dimension;
    float query_sum = form == VK_CODES ? sum_of(query, dimension) : 0.0f;
    float maximum = -__builtin_inff();
    for (size_t j = 0; j < group->count; j++) {
        const uint8_t *row = group->keys + j * group->stride;
        float product = dot(query, row, dimension, form);
        if (form == VK_CODES) product = vk_load_f32(row) * query_sum + vk_load_f32(row + 4) * product;
        weights[j] = scale * product;
        maximum = weights[j] > maximum ? weights[j] : maximum;
    }
    maximum += 0.0f;
    for (size_t j = 0; j < group->count; j++) weights[j] = vk_exponential(weights[j] - maximum);
    sums->maximum = maximum;
    sums->sum = sum_of(weights, group->count);

    float lows = 0.0f;
    for (size_t d = 0; d < dimension; d++) output[d] = 0.0f;
    for (size_t j = 0; j < group->count; j++) {
        const uint8_t *row = group->values + j * group->stride;
        float weight = weights[j];
        if (form == VK_CODES) {
            lows += weight * vk_load_f32(row);
            weight *= vk_load_f32(row + 4);
        }
        for (size_t d = 0; d < dimension; d++) output[d] += weight * element(row, d, form);
    }
    if (form == VK_HALVES) return;
    for (size_t d = 0; d < dimension; d++) output[d] += lows;
}

void vk_portable_attend_halves(const float *query, size_t dimension, const void *keys, const void *values, size_t count,
                               float scale, float *weights, float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_HALVES);
    attend(query, &group, VK_HALVES, scale, weights, output, sums);
}

void vk_portable_attend_codes(const float *query, size_t dimension, const void *keys, const void *values, size_t count,
                              float scale, float *weights, float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_CODES);
    attend(query, &group, VK_CODES, scale, weights, output, sums);
}
