//! PostgreSQL, with the crate postgres.

use crate::{Database, Error, Result, Value};
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Row};

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, to: &mut BytesMut) -> std::result::Result<IsNull, Error> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql(kind, to),
            Self::Int(value) => value.to_sql(kind, to),
            Self::Text(value) => value.to_sql(kind, to),
            Self::Bytes(value) => value.to_sql(kind, to),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Self, Error> {
        match *kind {
            Type::BOOL => bool::from_sql(kind, raw).map(Self::Bool),
            Type::INT8 => i64::from_sql(kind, raw).map(Self::Int),
            Type::BYTEA => Vec::from_sql(kind, raw).map(Self::Bytes),
            _ => String::from_sql(kind, raw).map(Self::Text),
        }
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Error> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        <Self as ToSql>::accepts(kind)
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

impl Database for Client {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        Ok(Client::execute(self, sql, &parameters(values))?)
    }

    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>> {
        let row = |row: &Row| (0..row.len()).map(|n| row.try_get(n)).collect::<std::result::Result<_, _>>();
        Ok(Client::query(self, sql, &parameters(values))?.iter().map(row).collect::<std::result::Result<_, _>>()?)
    }
}
