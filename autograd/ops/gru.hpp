#pragma once

#include <gradus/autograd/ops/recurrence.hpp>

namespace gradus {

/// One layer of gated recurrent units (Cho et al. 2014) in one direction, over x [t, n, in] from h0 [n,
/// hidden]:
///
///     r, z = sigmoid of the first two thirds of x_t w_ih' + b_ih + h_(t-1) w_hh' + b_hh, order r z n
///     n = tanh(x_t w_in' + b_in + r * (h_(t-1) w_hn' + b_hn)),  h_t = (1 - z) * n + z * h_(t-1)
///
/// Gives all h, [t, n, hidden]; otherwise as `lstm_layer`.
Tensor gru_layer(const Tensor& x, const Tensor& h0, const recurrence::Weights& weights, bool reverse = false,
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
