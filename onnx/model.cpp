#include <gradus/onnx/model.hpp>

#include <onnx/onnx_pb.h>

#include <limits>
#include <type_traits>

namespace gradus::onnx {

namespace {

void describe(::onnx::ValueInfoProto& value, const std::string& name, DType dtype,
              const std::vector<Size>& shape) {
  value.set_name(name);
  auto* const type = value.mutable_type()->mutable_tensor_type();
  type->set_elem_type(static_cast<std::int32_t>(onnx_type(dtype)));
  auto* const sizes = type->mutable_shape();  // present even when there are no dimensions
  for (const Size& size : shape) {
    auto* const dim = sizes->add_dim();
    if (const auto* number = std::get_if<std::int64_t>(&size))
      dim->set_dim_value(*number);
    else if (const auto& symbol = std::get<std::string>(size); !symbol.empty())
      dim->set_dim_param(symbol);
  }
}

void set(::onnx::AttributeProto& proto, const Attribute& attribute) {
  using Proto = ::onnx::AttributeProto;
  proto.set_name(std::string(attribute.name));
  std::visit(
      [&](const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::int64_t>) {
          proto.set_type(Proto::INT);
          proto.set_i(value);
        } else if constexpr (std::is_same_v<T, double>) {
          proto.set_type(Proto::FLOAT);
          proto.set_f(static_cast<float>(value));
        } else if constexpr (std::is_same_v<T, std::string>) {
          proto.set_type(Proto::STRING);
          proto.set_s(value);
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
          proto.set_type(Proto::INTS);
          for (const std::int64_t n : value) proto.add_ints(n);
        } else {
          proto.set_type(Proto::STRINGS);
          for (const std::string& text : value) proto.add_strings(text);
        }
      },
      attribute.value);
}

}  // namespace

struct Model::Proto {
  ::onnx::ModelProto model;
};

Model::Model() : proto_(std::make_unique<Proto>()) {
  auto& model = proto_->model;
  model.set_ir_version(8);  // the format's version that came with opset 17
  model.set_producer_name("gradus");
  auto* const set = model.add_opset_import();
  set->set_domain("");
  set->set_version(opset);
  model.mutable_graph()->set_name("model");
}

Model::~Model() = default;

void Model::add_input(const std::string& name, DType dtype, const std::vector<Size>& shape) {
  describe(*proto_->model.mutable_graph()->add_input(), name, dtype, shape);
}

void Model::add_output(const std::string& name, DType dtype, const std::vector<Size>& shape) {
  describe(*proto_->model.mutable_graph()->add_output(), name, dtype, shape);
}

void Model::add_initializer(const std::string& name, const Tensor& value) {
  auto* const proto = proto_->model.mutable_graph()->add_initializer();
  proto->set_name(name);
  proto->set_data_type(static_cast<std::int32_t>(onnx_type(value.dtype())));
  for (const std::int64_t n : value.shape()) proto->add_dims(n);
  const Tensor dense = value.detach().contiguous();
  dispatch(dense.dtype(), [&]<class T>() {  // lowest byte first, as the format wants it
    proto->set_raw_data(dense.data<T>(), static_cast<std::size_t>(dense.numel()) * sizeof(T));
  });
}

void Model::add_node(std::string_view type, const std::string& name, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes,
                     const std::string& line) {
  auto* const node = proto_->model.mutable_graph()->add_node();
  node->set_op_type(std::string(type));
  node->set_name(name);
  node->set_doc_string(line);
  for (const std::string& input : inputs) node->add_input(input);
  for (const std::string& output : outputs) node->add_output(output);
  for (const Attribute& attribute : attributes) set(*node->add_attribute(), attribute);
}

std::string Model::serialized() const {
  const std::size_t bytes = proto_->model.ByteSizeLong();
  require(bytes <= std::numeric_limits<std::int32_t>::max(),
          "the model takes {} bytes; an ONNX file holds less than 2 GB", bytes);
  return proto_->model.SerializeAsString();
}

std::int64_t onnx_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return ::onnx::TensorProto::FLOAT;
    case DType::float64:
      return ::onnx::TensorProto::DOUBLE;
    case DType::int64:
      return ::onnx::TensorProto::INT64;
    case DType::uint8:
      return ::onnx::TensorProto::UINT8;
    case DType::boolean:
      break;
  }
  return ::onnx::TensorProto::BOOL;
}

}  // namespace gradus::onnx
