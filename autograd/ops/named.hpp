#pragma once

#include <string>

#include <gradus/autograd/tensor.hpp>

/// For writers of ops: checks of parameters that call them by their names.
namespace gradus {

/// The tensor's name, or what its role is called when it has none.
inline std::string named(const Tensor& x, std::string_view role) {
  return x.name().empty() ? std::string(role) : x.name();
}

/// Throws DTypeError unless the input has the parameter's dtype.
inline void require_same_dtype(const Tensor& input, const Tensor& parameter,
                               std::string_view parameter_name) {
  require<DTypeError>(input.dtype() == parameter.dtype(), "input is {} but {} is {}", input.dtype(),
                      parameter_name, parameter.dtype());
}

/// Throws unless the parameter is a vector of `size` elements of `dtype`.
inline void require_vector(const Tensor& parameter, std::string_view role, std::int64_t size, DType dtype) {
  require<ShapeError>(parameter.shape() == Shape(size), "{} is {}; needs [{}]", named(parameter, role),
                      parameter.shape(), size);
  require<DTypeError>(parameter.dtype() == dtype, "{} is {} but the weight is {}", named(parameter, role),
                      parameter.dtype(), dtype);
}

}  // namespace gradus
