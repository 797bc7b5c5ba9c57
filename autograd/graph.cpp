#include <gradus/autograd/graph.hpp>

#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/property_map/function_property_map.hpp>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using Vertex = Graph::vertex_descriptor;

/// The nodes behind the results, in the order of recording.
std::vector<const Node*> recorded(const std::vector<Tensor>& results) {
  std::vector<const Node*> nodes;
  std::unordered_map<const Node*, bool> seen;
  const auto reach = [&](const Node* node) {
    if (node != nullptr && seen.emplace(node, true).second) nodes.push_back(node);
  };
  for (const Tensor& y : results) reach(y.impl()->node.get());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    require<GraphError>(!nodes[i]->freed,
                        "{} ({}:{}) has been freed by backward; ask for the graph before, or pass "
                        "{{.retain_graph = true}} to backward",
                        nodes[i]->op(), nodes[i]->at.file_name(), nodes[i]->at.line);
    for (const Edge& edge : nodes[i]->inputs) reach(edge.node.get());
  }
  std::sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) { return a->number < b->number; });
  return nodes;
}

GraphVertex describe(const Node& node) {
  GraphVertex vertex{.op = std::string(node.op()),
                     .attributes = node.attributes(),
                     .name = {},
                     .outputs = {},
                     .at = node.at,
                     .is_leaf = node.is_leaf()};
  for (const Output& output : node.outputs) vertex.outputs.push_back({output.shape, output.dtype});
  if (vertex.is_leaf)
    if (const auto& name = static_cast<const Leaf&>(node).name) vertex.name = *name;
  return vertex;
}

/// Readable by people and legal in XML and DOT: control characters become blanks.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  return text;
}

std::string outputs_text(const GraphVertex& vertex, std::string_view separator) {
  std::string text;
  for (const GraphOutput& output : vertex.outputs)
    text += fmt::format("{}{} {}", text.empty() ? "" : separator, output.shape, output.dtype);
  return text;
}

std::string source_text(const GraphVertex& vertex) {
  return vertex.at.line == 0 ? std::string() : fmt::format("{}:{}", vertex.at.file_name(), vertex.at.line);
}

/// A string of the DOT language. In labels `\` begins an escape.
std::string dot_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

std::string label(const GraphVertex& vertex) {
  std::string text = printable(vertex.name.empty() ? vertex.op : vertex.name);
  for (const std::string& line : {vertex.attributes, outputs_text(vertex, ", "), source_text(vertex)})
    if (!line.empty()) text += '\n' + printable(line);
  return text;
}

}  // namespace

Graph graph(const std::vector<Tensor>& results, SourceLocation at) {
  const OpScope scope("graph", at);
  for (std::size_t i = 0; i < results.size(); ++i)
    require<GraphError>(results[i].requires_grad(),
                        "result {} does not require a gradient, so the tape knows nothing of it", i);
  const std::vector<const Node*> nodes = recorded(results);
  Graph g;
  std::unordered_map<const Node*, Vertex> vertices;
  for (const Node* node : nodes) {
    const Vertex target = vertices[node] = add_vertex(describe(*node), g);
    for (std::uint32_t i = 0; i < node->inputs.size(); ++i)
      if (const Edge& edge = node->inputs[i]; edge.node != nullptr)
        add_edge(vertices.at(edge.node.get()), target, {.output = edge.output, .input = i}, g);
  }
  for (const Tensor& y : results) g[vertices.at(y.impl()->node.get())].is_result = true;
  return g;
}

Graph graph(const Tensor& result, SourceLocation at) { return graph(std::vector<Tensor>{result}, at); }

std::vector<Vertex> topological_order(const Graph& graph) {
  std::vector<Vertex> order;
  order.reserve(num_vertices(graph));
  try {
    boost::topological_sort(graph, std::back_inserter(order));  // keeps a stack of its own: any depth
  } catch (const boost::not_a_dag&) {
    fail<GraphError>("topological_order: the graph has a cycle");
  }
  std::reverse(order.begin(), order.end());
  return order;
}

void to_dot(std::ostream& out, const Graph& graph) {
  const auto write_vertex = [&](std::ostream& o, Vertex v) {
    const GraphVertex& vertex = graph[v];
    const std::string_view fill = vertex.name.empty() ? "lightgray" : "lightblue";
    o << "[label=" << dot_string(label(vertex));
    if (vertex.is_leaf) o << ", style=filled, fillcolor=" << fill;
    if (vertex.is_result) o << ", penwidth=3";
    o << ']';
  };
  // Which result and which argument it is, where there are several.
  const auto write_edge = [&](std::ostream& o, const Graph::edge_descriptor& e) {
    o << '[';
    if (graph[source(e, graph)].outputs.size() > 1) o << "taillabel=\"" << graph[e].output << "\" ";
    if (in_degree(target(e, graph), graph) > 1) o << "headlabel=\"" << graph[e].input << '"';
    o << ']';
  };
  const auto write_style = [](std::ostream& o) {
    o << "node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11];\n"
         "edge [fontname=\"Helvetica\", fontsize=9];\n";
  };
  boost::write_graphviz(out, graph, write_vertex, write_edge, write_style);
}

void to_graphml(std::ostream& out, const Graph& graph) {
  boost::dynamic_properties properties;
  const auto add = [&]<class Key>(const char* name, auto text) {
    properties.property(name, boost::make_function_property_map<Key>(text));
  };
  const auto vertex = [&](const char* name, auto text) {
    add.template operator()<Vertex>(name, [&graph, text](Vertex v) { return text(graph[v]); });
  };
  const auto edge = [&](const char* name, auto number) {
    add.template operator()<Graph::edge_descriptor>(
        name, [&graph, number](const Graph::edge_descriptor& e) { return number(graph[e]); });
  };
  vertex("op", [](const GraphVertex& v) { return printable(v.op); });
  vertex("attributes", [](const GraphVertex& v) { return printable(v.attributes); });
  vertex("name", [](const GraphVertex& v) { return printable(v.name); });
  vertex("outputs", [](const GraphVertex& v) { return outputs_text(v, ", "); });
  vertex("source", [](const GraphVertex& v) { return printable(source_text(v)); });
  vertex("leaf", [](const GraphVertex& v) { return v.is_leaf; });
  vertex("result", [](const GraphVertex& v) { return v.is_result; });
  edge("output", [](const GraphEdge& e) { return e.output; });
  edge("input", [](const GraphEdge& e) { return e.input; });
  boost::write_graphml(out, graph, properties, /*ordered_vertices=*/true);
}

std::string to_dot(const Graph& graph) {
  std::ostringstream out;
  to_dot(out, graph);
  return out.str();
}

std::string to_graphml(const Graph& graph) {
  std::ostringstream out;
  to_graphml(out, graph);
  return out.str();
}

}  // namespace gradus
