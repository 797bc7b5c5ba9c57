#include <fmt/format.h>
#include <tensorboard.pb.h>

#include <algorithm>

#include <gradus/autograd/graph.hpp>
#include <gradus/training/tensorboard.hpp>

namespace gradus::training::detail {

namespace {

/// What TensorBoard calls a vertex: slashes make groups, so a parameter's path becomes one.
std::string name_of(const GraphVertex& vertex, std::size_t number) {
  if (!vertex.is_leaf) return fmt::format("{}_{}", vertex.op, number);
  if (vertex.name.empty()) return fmt::format("leaf_{}", number);
  std::string name = vertex.name;
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

tensorboard::AttrValue text(const std::string& value) {
  tensorboard::AttrValue attribute;
  attribute.set_s(value);
  return attribute;
}

tensorboard::AttrValue shapes(const std::vector<GraphOutput>& outputs) {
  tensorboard::AttrValue attribute;
  for (const GraphOutput& output : outputs) {
    auto& shape = *attribute.mutable_list()->add_shape();
    for (const std::int64_t size : output.shape) shape.add_dim()->set_size(size);
  }
  return attribute;
}

}  // namespace

std::string tensorboard_graph(const Tensor& result) {
  const Graph graph = gradus::graph(result);
  tensorboard::GraphDef def;
  def.mutable_versions()->set_producer(22);
  for (const Graph::vertex_descriptor v : topological_order(graph)) {
    const GraphVertex& vertex = graph[v];
    auto& node = *def.add_node();
    node.set_name(name_of(vertex, v));
    node.set_op(vertex.is_leaf ? "Parameter" : vertex.op);
    std::vector<Graph::edge_descriptor> edges;
    for (auto [edge, end] = boost::in_edges(v, graph); edge != end; ++edge) edges.push_back(*edge);
    std::sort(edges.begin(), edges.end(),
              [&](const auto& a, const auto& b) { return graph[a].input < graph[b].input; });
    for (const auto& edge : edges) {
      const auto from = boost::source(edge, graph);
      const std::uint32_t output = graph[edge].output;
      node.add_input(name_of(graph[from], from) + (output == 0 ? "" : fmt::format(":{}", output)));
    }
    auto& attributes = *node.mutable_attr();
    attributes["_output_shapes"] = shapes(vertex.outputs);
    if (!vertex.attributes.empty()) attributes["attributes"] = text(vertex.attributes);
    if (vertex.at.line != 0)
      attributes["line"] = text(fmt::format("{}:{}", vertex.at.file_name(), vertex.at.line));
  }
  return def.SerializeAsString();
}

}  // namespace gradus::training::detail
