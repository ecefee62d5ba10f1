// Every tolerance of the project, each with its reason. u is the unit roundoff of the dtype.
#pragma once

namespace twin::tolerance {

// Two right float64 gradients, per tensor: max|Δ| <= 64u·max|a|. The largest gap of right code over 50 seeds
// and 7 kinds of layer was 6.5u·max|a|; a factor of ten leaves room for longer sums and none for a mistake:
// the smallest mark of a wrong formula in the catalogue of mistakes is some 1e-6·max|a|, a thousand million
// times larger.
inline constexpr double kGateRoundings = 64;

// Where terms cancel, max|a| says little of what was rounded: a tensor of one element may be the sum of two
// numbers a thousand times its size. There the likely error takes over (shared/compare/running_error.hpp):
// eight times what roundings of random sign add up to. Of 114,000 rows of right code on random MLPs, none
// came nearer to its bound than 0.24 of it.
inline constexpr double kLikelyRoundings = 8;

// Derived bound: each side is within its RunningError::error_bound() of the exact result, hence the two are
// within twice that of each other, in whatever order either of them adds.
inline constexpr double kBoundSides = 2;

// An element whose derived bound exceeds this share of its size could be wrong by a tenth unseen: it is not
// checked.
inline constexpr double kCheckedShare = 0.1;

// float32: manual may be as inexact as autograd, not more. Both are measured against the float64
// gradient at the same point: err(manual) <= 4·err(autograd) + 16u·max|a|. The second term is for tensors of
// a few elements, which one side may hit exactly by luck; the largest gap of right float32 code was
// 14.1u·max|a|.
inline constexpr double kFloat32Ratio = 4;
inline constexpr double kFloat32Floor = 16;

// Luck goes further where terms cancel: in the gradient of a single bias, or in the loss of a sample that is
// all but certainly right (the logarithm of 1 and a little), right code was seen 440u·max|a| off while
// autograd was exact. A gap below four times the likely rounding (its standard deviation) is not certified,
// and no failure either. Of 114,000 rows of right code on random MLPs, 16 were beyond the rule above, by 1.06
// of the likely rounding at most.
inline constexpr double kFloat32Excuse = 4;

// Central differences: the error is estimated from neighbouring extrapolations of the same derivative
// (shared/compare/finite_differences.hpp), plus the rounding of the losses, of which each is within
// kLikelyRoundings times its likely error of its exact value. Of somebody else's loss the noise is measured,
// and taken to be no less than kLossRoundings·u·|L|, for a few values may agree by luck. A derivative known
// to kSharpShare is sharp enough: the smallest mark of a wrong formula is ten times larger.
inline constexpr double kLossRoundings = 4;
inline constexpr double kSharpShare = 1e-7;

// Functions of one element and losses against exact values, in units in the last place: what their headers
// promise.
// exp of AVX-512 in float32 multiplies ln 2 in one piece, and loses a little more far out, where the result
// is below 1e-24.
inline constexpr double kElementwiseUlps = 4;
inline constexpr double kFarElementwiseUlps = 6;
inline constexpr double kFarBelow = 1e-20;

// Diagnosis: a hypothesis must meet every element to this share of the largest. Right predictions were met to
// 1e-13 (float64) and 3e-6 (float32); a wrong one meets n elements by chance with a probability of about this
// to the power of n.
inline constexpr double kDiagnosisMatch64 = 1e-9;
inline constexpr double kDiagnosisMatch32 = 1e-5;

// Free run: two twins that start from the same weights drift apart no faster than two autograd twins that
// start one unit in the last place apart, times 8 (the honest yardstick where training is chaotic). Each step
// rounds every weight once more, so n steps add n·u·max|w|.
inline constexpr double kDriftRatio = 8;

// Free run of a small smooth network in float64, relative to the largest weight: 2e-15 after 1,000 steps was
// seen, 500 times below.
inline constexpr double kSmallNetworkDrift = 1e-12;

// Free run of xor in float64 over 10,000 steps, as promised in the README.
inline constexpr double kXorDrift = 1e-9;

// Two right Hessian-vector products in float64, relative to the largest element of a tensor. They are made of
// gradients' roundings (kGateRoundings·u, 7e-15) and of those of their derivatives along the direction, which
// cancel more. The largest gap that was seen on perceptron, xor, fashion-mlp and lenet was 3.2e-15, over ten
// seeds each.
inline constexpr double kSecondDerivatives = 1e-11;

// The losses of a peer (NumPy, PyTorch) over the first five steps, relative to those of a twin on the same
// weights and batch. Each is a mean, which the sides add up in different orders: over MLPs of width 8 to 2048
// and batches up to 256, the largest gap of right code was 30u, where 524,288 squares were added in float32.
// A factor of eight leaves room for wider ones. The four updates in between moved these losses by 17,000u or
// more: one that is off by 2 % shows in float32, one that is off by 1e-10 of itself in float64.
inline constexpr double kPeerLossRoundings = 256;

}  // namespace twin::tolerance
