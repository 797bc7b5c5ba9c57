#pragma once

#include <algorithm>
#include <cstdint>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/real.hpp>

/// One step of recurrent cells for one sequence of the batch. Gates lie one behind the other, `hidden` values
/// each; all arrays are contiguous, and share no memory. A loop writes few arrays, for compilers to see that.
namespace gradus::kernels {

template <class T>
void sigmoid_run(T* x, std::int64_t n) {
  for (std::int64_t j = 0; j < n; ++j) x[j] = sigmoid(Real<T>(x[j])).value;
}
template <class T>
void tanh_run(T* x, std::int64_t n) {
  for (std::int64_t j = 0; j < n; ++j) x[j] = tanh(Real<T>(x[j])).value;
}

/// `gates` holds what goes into i, f, g and o, and then those gates themselves. c = f * before + i * g,
/// h = o * tanh(c).
template <class T>
void lstm_forward(std::int64_t hidden, T* gates, const T* before, T* c, T* h) {
  vectorized([=] {
    const T *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
    T* __restrict cell = c, * __restrict state = h;
    sigmoid_run(gates, 2 * hidden);
    tanh_run(gates + 2 * hidden, hidden);
    sigmoid_run(gates + 3 * hidden, hidden);
    for (std::int64_t j = 0; j < hidden; ++j) state[j] = cell[j] = f[j] * before[j] + i[j] * g[j];
    tanh_run(state, hidden);
    for (std::int64_t j = 0; j < hidden; ++j) state[j] *= o[j];
  });
}

/// From the gradients of h (`dy`, and `dh` from the step behind) and of c (`dc`), those of what went into the
/// gates; dc becomes that of the cell state before, dh becomes 0. `dc_out` may be null.
template <class T>
void lstm_backward(std::int64_t hidden, const T* gates, const T* before, const T* c, const T* dy,
                   const T* dc_out, T* dh, T* dc, T* dgates) {
  vectorized([=] {
    const T *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
    T* __restrict di = dgates, * __restrict df = dgates + hidden, * __restrict dg = dgates + 2 * hidden, * __restrict dout = dgates + 3 * hidden, * __restrict to_cell = dc, * __restrict to_state = dh;
    for (std::int64_t j = 0; j < hidden; ++j) dout[j] = c[j];
    tanh_run(dout, hidden);
    if (dc_out != nullptr)
      for (std::int64_t j = 0; j < hidden; ++j) to_cell[j] += dc_out[j];
    for (std::int64_t j = 0; j < hidden; ++j) to_state[j] += dy[j];
    for (std::int64_t j = 0; j < hidden; ++j) {
      const T squashed = dout[j];
      to_cell[j] += to_state[j] * o[j] * (1 - squashed * squashed);
      dout[j] = to_state[j] * squashed * o[j] * (1 - o[j]);
    }
    for (std::int64_t j = 0; j < hidden; ++j) di[j] = to_cell[j] * g[j] * i[j] * (1 - i[j]);
    for (std::int64_t j = 0; j < hidden; ++j) df[j] = to_cell[j] * before[j] * f[j] * (1 - f[j]);
    for (std::int64_t j = 0; j < hidden; ++j) dg[j] = to_cell[j] * i[j] * (1 - g[j] * g[j]);
    for (std::int64_t j = 0; j < hidden; ++j) to_cell[j] *= f[j];
    std::fill_n(to_state, hidden, T(0));
  });
}

/// `gates` holds the input's part of r, z and n, and then those gates themselves; `part` is the hidden
/// state's. n = tanh(gates_n + r * part_n), h = n + z * (before - n).
template <class T>
void gru_forward(std::int64_t hidden, T* gates, const T* part, const T* before, T* h) {
  vectorized([=] {
    T* __restrict r = gates, * __restrict z = gates + hidden, * __restrict n = gates + 2 * hidden, * __restrict state = h;
    for (std::int64_t j = 0; j < hidden; ++j) r[j] += part[j];
    for (std::int64_t j = 0; j < hidden; ++j) z[j] += part[hidden + j];
    sigmoid_run(r, hidden);
    sigmoid_run(z, hidden);
    for (std::int64_t j = 0; j < hidden; ++j) n[j] += r[j] * part[2 * hidden + j];
    tanh_run(n, hidden);
    for (std::int64_t j = 0; j < hidden; ++j) state[j] = n[j] + z[j] * (before[j] - n[j]);
  });
}

/// From the gradient of h, those of both parts of the gates; dh becomes what reaches the state before without
/// a gate.
template <class T>
void gru_backward(std::int64_t hidden, const T* gates, const T* part, const T* before, const T* dy, T* dh,
                  T* dgates, T* dpart) {
  vectorized([=] {
    const T *r = gates, *z = gates + hidden, *n = gates + 2 * hidden;
    T* __restrict to_gates = dgates, * __restrict to_part = dpart, * __restrict to_state = dh;
    T *dr = to_gates, *dz = to_gates + hidden, *dn = to_gates + 2 * hidden;
    for (std::int64_t j = 0; j < hidden; ++j) to_state[j] += dy[j];
    for (std::int64_t j = 0; j < hidden; ++j) dn[j] = to_state[j] * (1 - z[j]) * (1 - n[j] * n[j]);
    for (std::int64_t j = 0; j < hidden; ++j) dr[j] = dn[j] * part[2 * hidden + j] * r[j] * (1 - r[j]);
    for (std::int64_t j = 0; j < hidden; ++j) dz[j] = to_state[j] * (before[j] - n[j]) * z[j] * (1 - z[j]);
    std::copy_n(dr, 2 * hidden, to_part);
    for (std::int64_t j = 0; j < hidden; ++j) to_part[2 * hidden + j] = dn[j] * r[j];
    for (std::int64_t j = 0; j < hidden; ++j) to_state[j] *= z[j];
  });
}

}  // namespace gradus::kernels
