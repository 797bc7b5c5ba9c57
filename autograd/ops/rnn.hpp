#pragma once

#include <gradus/autograd/ops/recurrence.hpp>

namespace gradus {

/// What squashes the state of `rnn_layer`.
enum class RNNNonlinearity { tanh, relu };

/// "tanh" or "relu".
std::string_view name(RNNNonlinearity nonlinearity);

/// One layer of a plain recurrent network (Elman 1990) in one direction, over x [t, n, in] from h0 [n,
/// hidden]: h_t = tanh(x_t w_ih' + b_ih + h_(t-1) w_hh' + b_hh), or relu. Gives all h, [t, n, hidden];
/// otherwise as `lstm_layer`.
Tensor rnn_layer(const Tensor& x, const Tensor& h0, const recurrence::Weights& weights,
                 RNNNonlinearity nonlinearity = RNNNonlinearity::tanh, bool reverse = false,
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
