//! A financial plan as a PDF document of one page.

use std::fmt::Write;

use super::records::Simulation;

/// The plan for `simulation`; a detailed one has the range of what may come.
pub(super) fn plan(simulation: &Simulation, is_detailed: bool) -> Vec<u8> {
    let (goal, outlook) = (&simulation.goal, &simulation.outlook);
    let mut lines = vec![
        "Financial plan".to_owned(),
        format!("Goal: {:.0} in {} years", goal.amount, goal.years),
        format!(
            "Reached in {:.0} % of the simulated markets",
            100.0 * outlook.success_probability
        ),
    ];
    if is_detailed {
        lines.extend([
            format!("In a bad market: {:.0}", outlook.pessimistic),
            format!("In the middle: {:.0}", outlook.median),
            format!("In a good market: {:.0}", outlook.optimistic),
        ]);
    }
    document(&lines)
}

/// One A4 page with `lines`, which must be ASCII without brackets and backslashes (PDF 1.4, 7.3.4.2).
fn document(lines: &[String]) -> Vec<u8> {
    let shown: String = lines.iter().map(|line| format!("({line}) Tj T* ")).collect();
    let content = format!("BT /F1 14 Tf 20 TL 72 770 Td {shown}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{:010} 00000 n ", text.len());
        let _ = write!(text, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table_at = text.len();
    let size = objects.len() + 1;
    let _ = write!(
        text,
        "{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n"
    );
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_references_point_to_the_objects() {
        let text = String::from_utf8(document(&["One line".to_owned()])).unwrap();
        let (_, table) = text.split_once("65535 f \n").unwrap();
        for (index, line) in table.lines().take(5).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            assert!(text[offset..].starts_with(&format!("{} 0 obj", index + 1)));
        }
        let (_, end) = text.rsplit_once("startxref\n").unwrap();
        let table_at: usize = end.lines().next().unwrap().parse().unwrap();
        assert!(text[table_at..].starts_with("xref"));
    }
}
