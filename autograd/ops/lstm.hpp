#pragma once

#include <array>

#include <gradus/autograd/ops/recurrence.hpp>

namespace gradus {

/// One layer of long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000) in one direction,
/// over x [t, n, in] from the states h0 and c0, both [n, hidden]:
///
///     i, f, g, o = quarters of x_t w_ih' + b_ih + h_(t-1) w_hh' + b_hh, under sigmoid (g under tanh)
///     c_t = f * c_(t-1) + i * g,  h_t = o * tanh(c_t)
///
/// Gives all h and all c, both [t, n, hidden]; in `reverse` the sequence is run from its end, and results
/// stand where their inputs do. The whole layer is one op: its input's part of the gates is one matrix
/// product, and so is the gradient of each weight. With a weights.w_hr [width, hidden] the hidden state is
/// projected, h_t = w_hr (o * tanh(c_t)) (Sak, Senior and Beaufays 2014): all h, and h0, have that width; the
/// layer is then made of other ops. Throws ShapeError or DTypeError naming the parameter.
std::array<Tensor, 2> lstm_layer(const Tensor& x, const Tensor& h0, const Tensor& c0,
                                 const recurrence::Weights& weights, bool reverse = false,
                                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
