#pragma once

#include <cstdint>

#include <gradus/autograd/kernels/real.hpp>

/// One step of recurrent cells for one sequence of the batch. Gates lie one behind the other, `hidden` values
/// each; all arrays are contiguous.
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
  const T *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
  sigmoid_run(gates, 2 * hidden);
  tanh_run(gates + 2 * hidden, hidden);
  sigmoid_run(gates + 3 * hidden, hidden);
  for (std::int64_t j = 0; j < hidden; ++j) h[j] = c[j] = f[j] * before[j] + i[j] * g[j];
  tanh_run(h, hidden);
  for (std::int64_t j = 0; j < hidden; ++j) h[j] *= o[j];
}

/// From the gradients of h (`dy`, and `dh` from the step behind) and of c (`dc`), those of what went into the
/// gates; dc becomes that of the cell state before, dh becomes 0. `dc_out` may be null.
template <class T>
void lstm_backward(std::int64_t hidden, const T* gates, const T* before, const T* c, const T* dy,
                   const T* dc_out, T* dh, T* dc, T* dgates) {
  const T *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
  T *di = dgates, *df = dgates + hidden, *dg = dgates + 2 * hidden, *dout = dgates + 3 * hidden;
  for (std::int64_t j = 0; j < hidden; ++j) dout[j] = c[j];
  tanh_run(dout, hidden);
  for (std::int64_t j = 0; j < hidden; ++j) {
    const T total = dh[j] + dy[j], squashed = dout[j];
    const T cell = dc[j] + (dc_out == nullptr ? T(0) : dc_out[j]) + total * o[j] * (1 - squashed * squashed);
    di[j] = cell * g[j] * i[j] * (1 - i[j]);
    df[j] = cell * before[j] * f[j] * (1 - f[j]);
    dg[j] = cell * i[j] * (1 - g[j] * g[j]);
    dout[j] = total * squashed * o[j] * (1 - o[j]);
    dc[j] = cell * f[j];
    dh[j] = 0;
  }
}

/// `gates` holds the input's part of r, z and n, and then those gates themselves; `part` is the hidden
/// state's. n = tanh(gates_n + r * part_n), h = n + z * (before - n).
template <class T>
void gru_forward(std::int64_t hidden, T* gates, const T* part, const T* before, T* h) {
  const T *r = gates, *z = gates + hidden;
  T* n = gates + 2 * hidden;
  for (std::int64_t j = 0; j < 2 * hidden; ++j) gates[j] += part[j];
  sigmoid_run(gates, 2 * hidden);
  for (std::int64_t j = 0; j < hidden; ++j) n[j] += r[j] * part[2 * hidden + j];
  tanh_run(n, hidden);
  for (std::int64_t j = 0; j < hidden; ++j) h[j] = n[j] + z[j] * (before[j] - n[j]);
}

/// From the gradient of h, those of both parts of the gates; dh becomes what reaches the state before without
/// a gate.
template <class T>
void gru_backward(std::int64_t hidden, const T* gates, const T* part, const T* before, const T* dy, T* dh,
                  T* dgates, T* dpart) {
  const T *r = gates, *z = gates + hidden, *n = gates + 2 * hidden;
  for (std::int64_t j = 0; j < hidden; ++j) {
    const T total = dh[j] + dy[j];
    const T dn = total * (1 - z[j]) * (1 - n[j] * n[j]);
    dgates[j] = dpart[j] = dn * part[2 * hidden + j] * r[j] * (1 - r[j]);
    dgates[hidden + j] = dpart[hidden + j] = total * (before[j] - n[j]) * z[j] * (1 - z[j]);
    dgates[2 * hidden + j] = dn;
    dpart[2 * hidden + j] = dn * r[j];
    dh[j] = total * z[j];
  }
}

}  // namespace gradus::kernels
