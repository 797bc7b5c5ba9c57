#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gradus/autograd/tensor.hpp>

/// For writers of translations: the file being made.
namespace gradus::onnx {

/// A size, or the name of one that is not known before the model is run; empty for one without a name.
using Size = std::variant<std::int64_t, std::string>;

struct Attribute {
  std::string_view name;
  std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<std::string>> value;
};

/// An ONNX model. Only its source knows protobuf.
class Model {
 public:
  static constexpr int opset = 17;

  Model();
  ~Model();

  void add_input(const std::string& name, DType dtype, const std::vector<Size>& shape);
  void add_output(const std::string& name, DType dtype, const std::vector<Size>& shape);
  /// A tensor that the file holds.
  void add_initializer(const std::string& name, const Tensor& value);
  /// A node of the given type (op); `line` is where the user called what it stands for.
  void add_node(std::string_view type, const std::string& name, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes,
                const std::string& line);
  /// The file's content. Throws ValueError beyond the 2 GB that protobuf can hold.
  std::string serialized() const;

 private:
  struct Proto;
  std::unique_ptr<Proto> proto_;
};

/// What ONNX calls a dtype, as `Cast` takes it.
std::int64_t onnx_type(DType dtype);

}  // namespace gradus::onnx
