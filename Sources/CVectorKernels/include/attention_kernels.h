// Loci, Apache License 2.0.
//
// Attention of one query over a group of positions: what softmax attention adds up, not yet divided. A group is the keys
// of `count` positions, a row each, and their values, as they lie in a memory map: rows one behind the other, at any
// alignment. With logits l[j] and M the largest of them, a kernel gives
//
//      M,    sum of e[j],    sum of e[j] * value[j],    e[j] = exp(l[j] - M)
//
// from which the caller joins groups, and divides once. Kernels read exactly what is described here: no padding, and no
// over-reading. Processors may be asked for cache lines of the group ahead of time, which never faults.
//
// Rows have one of two forms:
//
//      halves      dimension float16
//      codes       | low   | step  | code bytes, one a dimension, in their order ...
//                  | f32   | f32   |
//
// Codes stand for x[d] = low + step * code[d]. As everywhere, the bits are the same on every instruction set: each
// operation below is rounded to float by itself, to nearest even, and none is fused with another. "By lanes" means in 32
// lanes, folded by halves, as vector_kernels.h defines a float sum; "in order" means one after the other, beginning at +0.
//
//      halves      l[j] = scale * dot                              dot = sum of query[d] * key[d], by lanes
//                  output[d] = sum of e[j] * value[j][d]           in order of j
//
//      codes       l[j] = scale * (low * Q + step * D)             Q = sum of query[d], D = sum of query[d] * code[d],
//                                                                  both by lanes
//                  output[d] = A[d] + B                            A[d] = sum of (e[j] * step) * code[d], in order of j
//                                                                  B = sum of e[j] * low, in order of j
//
//      both        M = the largest l[j], plus +0 (so that no M is -0); e[j] = 0 for l[j] - M < -87
//                  sum of e[j], by lanes
//
// The exponential of x = l[j] - M, at most 0, is, in this order, with 2^k multiplied into p by adding k to its exponent,
//
//      k = x * log2(e), rounded to an integer, by adding and subtracting 1.5 * 2^23
//      r = (x - k * 0x1.63p-1) - k * -0x1.bd0106p-13               in which the factors of k add up to ln 2
//      p = 1 + r * (1 + r * (c2 + r * (c3 + r * (c4 + r * (c5 + r * c6)))))
//
// (the constants are in attention.h). Over all floats from -87 to 0 its relative error is at most 9.9e-8, below 2^-23, its
// error at most 1.18 units in the last place, and no result is above 1.
//
// What is no number: a logit that is NaN is not counted (its e[j] is 0, and it is never M). Where M is infinite, no logit
// is: every e[j] and their sum are 0. So is the sum of no positions at all, whose M is -infinity, and all output is +0. An
// infinity or a NaN among the values of any position, also of one whose e[j] is 0, makes output[d] infinite or NaN in its
// dimension (in codes' low or step: in all). The bits of a NaN are not defined.
#ifndef LOCI_ATTENTION_KERNELS_H
#define LOCI_ATTENTION_KERNELS_H

/// The bytes of a row of codes before its codes.
#define VK_ATTENTION_HEADER_BYTES 8

/// What a group of positions adds to the divisor of a softmax.
typedef struct {
    float maximum;  ///< of the logits; -infinity where there are none
    float sum;      ///< of the exponentials of what the logits are below it
} vk_attention_sums;

#endif
