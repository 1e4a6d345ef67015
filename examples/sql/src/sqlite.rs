//! SQLite, with rusqlite.

use crate::{Database, Result, Value};
use rusqlite::types::{ToSql, ToSqlOutput, Value as Column, ValueRef};
use rusqlite::{Connection, params_from_iter};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let column = match self {
            Self::Null => ValueRef::Null,
            Self::Bool(value) => ValueRef::Integer((*value).into()),
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        };
        Ok(ToSqlOutput::Borrowed(column))
    }
}

impl From<Column> for Value {
    fn from(column: Column) -> Self {
        match column {
            Column::Null => Self::Null,
            Column::Integer(value) => Self::Int(value),
            Column::Real(_) => Self::Null, // no column has this type
            Column::Text(value) => Self::Text(value),
            Column::Blob(value) => Self::Bytes(value),
        }
    }
}

impl Database for Connection {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        Ok(Connection::execute(self, sql, params_from_iter(values))?.try_into()?)
    }

    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>> {
        let mut statement = self.prepare_cached(sql)?;
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|n| row.get::<_, Column>(n).map(Value::from)).collect();
        Ok(statement.query_map(params_from_iter(values), row)?.collect::<rusqlite::Result<_>>()?)
    }
}
